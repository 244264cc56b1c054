import * as path from 'node:path';
import * as vscode from 'vscode';

/** The settings of the extension that hold for a file. */
export const settings = (uri?: vscode.Uri) => vscode.workspace.getConfiguration('seqvm', uri);

/** The program seqvm. A path with a folder is one below that of the workspace. */
export function program(uri?: vscode.Uri): string {
  const set = settings(uri).get<string>('path') || 'seqvm';
  const folder = uri && vscode.workspace.getWorkspaceFolder(uri) || vscode.workspace.workspaceFolders?.[0];
  return folder && set.includes(path.sep) ? path.resolve(folder.uri.fsPath, set) : set;
}

/** The file of the active editor, saved; undefined, and a message, if there is none. */
export async function savedFile(uri?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const document = uri ? await vscode.workspace.openTextDocument(uri) : vscode.window.activeTextEditor?.document;
  if (document?.languageId !== 'seq' || document.isUntitled) {
    void vscode.window.showErrorMessage('Seq: open a file that ends in .seq, and save it');
    return undefined;
  }
  return await document.save() || !document.isDirty ? document.uri : undefined;
}
