import * as vscode from 'vscode';
import { LanguageServer } from './client';
import { registerDebugger } from './debug';
import { program, savedFile, settings } from './seqvm';
import { Tests } from './tests';

let server: LanguageServer | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  server = new LanguageServer();
  const tests = new Tests();
  context.subscriptions.push(
    tests,
    registerDebugger(),
    vscode.commands.registerCommand('seqvm.restart', () => server?.restart()),
    vscode.commands.registerCommand('seqvm.run', run),
    // What the language server's code lens "run test" calls.
    vscode.commands.registerCommand('seqvm.runTest', (uri: string, word: string) => tests.runWord(vscode.Uri.parse(uri), word)),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (['path', 'inlayHints', 'lsp'].some((name) => e.affectsConfiguration('seqvm.' + name))) {
        void server?.restart();
      }
    }),
  );
  await server.start();
}

export const deactivate = () => server?.stop();

/** Runs a file in a terminal, which stays, so that one can see what was written. */
async function run(uri?: vscode.Uri): Promise<void> {
  const file = await savedFile(uri);
  if (!file) {
    return;
  }
  const folder = vscode.workspace.getWorkspaceFolder(file);
  const task = new vscode.Task(
    { type: 'seq', file: file.fsPath }, folder ?? vscode.TaskScope.Global, vscode.workspace.asRelativePath(file), 'seqvm',
    new vscode.ProcessExecution(program(file), ['run', ...settings(file).get<string[]>('run.arguments', []), file.fsPath], { cwd: folder?.uri.fsPath }),
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: true, panel: vscode.TaskPanelKind.Shared, clear: true };
  await vscode.tasks.executeTask(task);
}
