// Cuts texts into tokens by a TextMate grammar, as VS Code does.
// node tokenize.mjs NODE_MODULES GRAMMAR < a JSON list of texts; it writes for each text a list of [text, scopes].
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [modules, grammarFile] = process.argv.slice(-2);
const require = createRequire(join(resolve(modules), 'index.js'));
const oniguruma = require('vscode-oniguruma');
const textmate = require('vscode-textmate');

await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(grammarFile, 'utf8'), grammarFile),
});
const grammar = await registry.loadGrammar('source.seq');

const tokensOf = (text) => {
  let state = textmate.INITIAL;
  const tokens = [];
  for (const line of text.split('\n')) {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    for (const t of result.tokens) {
      tokens.push([line.slice(t.startIndex, t.endIndex), t.scopes]);
    }
    tokens.push(['\n', []]);
  }
  tokens.pop();
  return tokens;
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(tokensOf)));
