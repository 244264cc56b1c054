import { spawn } from 'node:child_process';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { lineOf, readResults, Result, testsOf } from './results';
import { program, settings } from './seqvm';

const pattern = '**/test-*.seq';
const isTestFile = (uri: vscode.Uri) => /^test-.*\.seq$/.test(path.basename(uri.fsPath));

/** The tests of the workspace in the Testing view: the words test-... of files test-*.seq, run by seqvm test. */
export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('seq', 'Seq');
  private readonly disposables: vscode.Disposable[] = [this.controller];

  constructor() {
    this.controller.resolveHandler = (item) => item?.uri ? this.read(item.uri) : this.findAll();
    this.controller.refreshHandler = () => this.findAll();
    this.controller.createRunProfile('Run', vscode.TestRunProfileKind.Run, (request, token) => this.run(request, token), true);
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    watcher.onDidCreate((uri) => this.read(uri));
    watcher.onDidChange((uri) => this.read(uri));
    watcher.onDidDelete((uri) => this.controller.items.delete(uri.toString()));
    this.disposables.push(
      watcher,
      vscode.workspace.onDidOpenTextDocument((d) => this.readText(d.uri, d.getText())),
      vscode.workspace.onDidChangeTextDocument((e) => this.readText(e.document.uri, e.document.getText())),
    );
    vscode.workspace.textDocuments.forEach((d) => this.readText(d.uri, d.getText()));
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** Runs one word of a file. */
  async runWord(uri: vscode.Uri, word: string): Promise<void> {
    await this.read(uri);
    const item = this.controller.items.get(uri.toString())?.children.get(word);
    if (!item) {
      void vscode.window.showErrorMessage(`Seq: there is no test ${word} in ${path.basename(uri.fsPath)}`);
      return;
    }
    await this.run(new vscode.TestRunRequest([item]), new vscode.CancellationTokenSource().token);
  }

  private async findAll(): Promise<void> {
    await Promise.all((await vscode.workspace.findFiles(pattern)).map((uri) => this.read(uri)));
  }

  private async read(uri: vscode.Uri): Promise<void> {
    const open = vscode.workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
    this.readText(uri, open?.getText() ?? Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8'));
  }

  private readText(uri: vscode.Uri, text: string): void {
    if (uri.scheme !== 'file' || !isTestFile(uri)) {
      return;
    }
    const file = this.controller.items.get(uri.toString())
      ?? this.controller.createTestItem(uri.toString(), vscode.workspace.asRelativePath(uri), uri);
    file.children.replace(testsOf(text).map(({ name, line }) => {
      const item = this.controller.createTestItem(name, name, uri);
      item.range = new vscode.Range(line, 0, line, 0);
      return item;
    }));
    this.controller.items.add(file);
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    const chosen = new Map<vscode.TestItem, vscode.TestItem[]>();
    const choose = (item: vscode.TestItem) => {
      if (request.exclude?.includes(item)) {
        return;
      }
      const file = item.parent ?? item;
      const tests = item.parent ? [item] : [...item.children].map(([, test]) => test).filter((t) => !request.exclude?.includes(t));
      chosen.set(file, [...(chosen.get(file) ?? []), ...tests]);
    };
    if (request.include) {
      request.include.forEach(choose);
    } else {
      this.controller.items.forEach(choose);
    }
    for (const [file, tests] of chosen) {
      if (token.isCancellationRequested) {
        break;
      }
      tests.forEach((t) => run.started(t));
      await this.runFile(run, file.uri!, tests, token);
    }
    run.end();
  }

  /** Runs tests of a file. seqvm chooses by a part of the name: what else it ran is left out. */
  private runFile(run: vscode.TestRun, uri: vscode.Uri, tests: vscode.TestItem[], token: vscode.CancellationToken): Promise<void> {
    const waiting = new Map(tests.map((t) => [t.id, t]));
    const filter = tests.length === 1 ? ['--filter', tests[0].id] : [];
    const process = spawn(program(uri), ['test', '--json', ...filter, ...settings(uri).get<string[]>('test.arguments', []), uri.fsPath],
      { cwd: vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath });
    const cancel = token.onCancellationRequested(() => process.kill());
    let rest = '';
    let errors = '';
    process.stdout.setEncoding('utf8').on('data', (text: string) => {
      const read = readResults(rest + text);
      rest = read.rest;
      for (const result of read.results) {
        const item = waiting.get(result.name);
        if (item) {
          waiting.delete(result.name);
          report(run, item, result);
        }
      }
    });
    process.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text; });
    return new Promise((resolve) => {
      const ended = (problem: string) => {
        cancel.dispose();
        if (errors) {
          run.appendOutput(errors.replace(/\r?\n/g, '\r\n'));
        }
        for (const item of waiting.values()) {
          if (token.isCancellationRequested) {
            run.skipped(item);
          } else {
            run.errored(item, new vscode.TestMessage(errors || problem));
          }
        }
        resolve();
      };
      process.on('error', (e) => ended(e.message));
      process.on('close', () => ended('the test did not run'));
    });
  }
}

function report(run: vscode.TestRun, item: vscode.TestItem, result: Result): void {
  if (result.status === 'passed') {
    run.passed(item, result.ms);
    return;
  }
  if (result.status === 'skipped') {
    run.skipped(item);
    return;
  }
  const messages = result.failures.map((failure) => {
    const message = new vscode.TestMessage(failure);
    const line = lineOf(failure) ?? item.range?.start.line ?? 0;
    message.location = new vscode.Location(item.uri!, new vscode.Position(line, 0));
    return message;
  });
  run.failed(item, messages.length > 0 ? messages : [new vscode.TestMessage(result.status)], result.ms);
}
