// A session with the language server by the protocol library of vscode-languageclient, which the extension of VS Code
// speaks through. node client.mjs NODE_MODULES SEQVM; it writes what it saw as JSON.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [modules, seqvm] = process.argv.slice(-2);
const require = createRequire(join(resolve(modules), 'index.js'));
const lsp = require('vscode-languageserver-protocol/node');

const server = spawn(seqvm, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
const ended = new Promise((done) => server.on('exit', done));
const connection = lsp.createProtocolConnection(
  new lsp.StreamMessageReader(server.stdout), new lsp.StreamMessageWriter(server.stdin));
let published;
const nextDiagnostics = () => new Promise((done) => { published = done; });
connection.onNotification(lsp.PublishDiagnosticsNotification.type, (p) => published?.(p.diagnostics));
connection.listen();

const seen = {};
const initialized = await connection.sendRequest(lsp.InitializeRequest.type, {
  processId: process.pid, rootUri: null,
  capabilities: { general: { positionEncodings: ['utf-16'] } },
  initializationOptions: { inlay_hints: true },
});
seen.server = initialized.serverInfo.name;
seen.encoding = initialized.capabilities.positionEncoding;
await connection.sendNotification(lsp.InitializedNotification.type, {});

const uri = 'file:///program.seq';
let coming = nextDiagnostics();
await connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
  textDocument: { uri, languageId: 'seq', version: 1, text: ': square ( Int -- Int )\n  dup\n    i.* ;\n: main ( -- ) "😀" drop 3 sqare drop ;\n' },
});
seen.diagnostics = (await coming).map((d) => `${d.range.start.line}:${d.range.start.character} ${d.message}`);

coming = nextDiagnostics();
const at = { line: 3, character: 28 };
await connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
  textDocument: { uri, version: 2 },
  contentChanges: [{ range: { start: at, end: { line: 3, character: 28 } }, text: 'u' }],
});
seen.mended = await coming;

const textDocument = { uri };
seen.hints = (await connection.sendRequest(lsp.InlayHintRequest.type, {
  textDocument, range: { start: { line: 0, character: 0 }, end: { line: 4, character: 0 } },
})).map((h) => `${h.position.line} ${typeof h.label === 'string' ? h.label : h.label.map((part) => part.value).join('')}`);
seen.rename = (await connection.sendRequest(lsp.RenameRequest.type, { textDocument, position: { line: 0, character: 3 }, newName: 'squared' }));
seen.edits = (await connection.sendRequest(lsp.DocumentFormattingRequest.type, { textDocument, options: { tabSize: 2, insertSpaces: true } })).length;

await connection.sendRequest(lsp.ShutdownRequest.type);
await connection.sendNotification(lsp.ExitNotification.type);
seen.status = await ended;
console.log(JSON.stringify(seen));
