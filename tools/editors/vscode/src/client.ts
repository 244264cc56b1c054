import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/node';
import { program, settings } from './seqvm';

/** The language server, seqvm lsp, of all files of the window. */
export class LanguageServer {
  private client?: LanguageClient;

  async start(): Promise<void> {
    const command = program();
    this.client = new LanguageClient(
      'seqvm', 'Seq',
      { command, args: ['lsp', ...settings().get<string[]>('lsp.arguments', [])] },
      {
        documentSelector: [{ language: 'seq' }],
        initializationOptions: { inlay_hints: settings().get('inlayHints', true) },
      },
    );
    try {
      await this.client.start();
    } catch (e) {
      const choice = await vscode.window.showErrorMessage(`Seq: '${command} lsp' does not run: ${e instanceof Error ? e.message : e}`, 'Settings');
      if (choice) {
        await vscode.commands.executeCommand('workbench.action.openSettings', 'seqvm.path');
      }
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.needsStop()) {
      await client.stop();
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }
}
