import * as vscode from 'vscode';
import { program, savedFile } from './seqvm';

/** Registers the debugger, seqvm dap, and the command that starts it for a file. */
export function registerDebugger(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.debug.registerDebugAdapterDescriptorFactory('seq', {
      createDebugAdapterDescriptor: (session) => new vscode.DebugAdapterExecutable(program(session.workspaceFolder?.uri), ['dap']),
    }),
    vscode.debug.registerDebugConfigurationProvider('seq', { resolveDebugConfiguration }),
    vscode.commands.registerCommand('seqvm.debug', async (uri?: vscode.Uri) => {
      const file = await savedFile(uri);
      if (file) {
        await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(file), configurationOf(file.fsPath));
      }
    }),
  );
}

const configurationOf = (file: string): vscode.DebugConfiguration => ({ type: 'seq', request: 'launch', name: 'Debug Seq file', program: file });

/** Fills in what a configuration leaves out: F5 without a launch.json debugs the file of the active editor. */
function resolveDebugConfiguration(folder: vscode.WorkspaceFolder | undefined, config: vscode.DebugConfiguration): vscode.DebugConfiguration | undefined {
  const document = vscode.window.activeTextEditor?.document;
  if (!config.type && !config.request && !config.name && document?.languageId === 'seq') {
    config = configurationOf(document.uri.fsPath);
  }
  if (!config.program) {
    void vscode.window.showErrorMessage("Seq: the debug configuration has no 'program'");
    return undefined;
  }
  return folder ? { cwd: folder.uri.fsPath, ...config } : config;
}
