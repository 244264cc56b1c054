/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// The grammar of Seq for tree-sitter: see seq/syntax/grammar.ebnf of seqvm. It takes files of all dialects. "if",
// "else" and "then" of classic files stand in bodies as words do, since in one file they are a conditional and in
// another one a word behind quotations.

const WORD = /[^\s"()\[\]{}:;,#]+/;

module.exports = grammar({
  name: 'seq',

  extras: ($) => [/\s/, /\uFEFF/, $.comment],

  word: ($) => $.word,

  conflicts: ($) => [[$.arm]],

  rules: {
    source_file: ($) => repeat(choice($.include, $.union, $.definition)),

    comment: (_) => token(/#[^\n]*/),

    include: ($) => seq('include', choice($.module, $.string)),
    module: (_) => token(seq(choice('std', 'vm', 'ffi'), /[^\S\n]*:[^\S\n]*/, WORD)),

    union: ($) => seq('union', field('name', $.word), '{', repeat($.variant), '}'),
    variant: ($) => seq(field('name', $.word), optional(seq('{', repeat(seq($.union_field, optional(','))), '}'))),
    union_field: ($) => seq(field('name', $.word), ':', field('type', $.type_name)),

    definition: ($) => seq(
      ':',
      field('name', choice($.word, $.number, $.boolean)),
      field('effect', optional($.effect)),
      field('body', repeat($._statement)),
      ';',
    ),

    effect: ($) => seq('(', repeat($._type), '--', repeat($._type), optional(seq('|', repeat1(seq('Yield', $._type)))), ')'),
    _type: ($) => choice($.row_variable, $.type_name, $.quotation_type),
    row_variable: (_) => /\.\.[^\s"()\[\]{}:;,#]*/,
    type_name: ($) => $.word,
    quotation_type: ($) => seq(optional('Closure'), '[', repeat($._type), '--', repeat($._type), ']'),

    _statement: ($) => choice($.number, $.boolean, $.string, $.symbol, $.quotation, $.match, $.conditional, $.call),

    number: (_) => token(choice(
      /0[xXbB][^\s"()\[\]{}:;,#]*/,
      /[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?/,
    )),
    boolean: (_) => choice('true', 'false'),
    string: ($) => seq('"', repeat(choice($.string_content, $.escape_sequence)), token.immediate('"')),
    string_content: (_) => token.immediate(prec(1, /[^"\\]+/)),
    escape_sequence: (_) => token.immediate(/\\(["\\nrt]|x[0-9a-fA-F]{2})/),
    symbol: ($) => seq(':', $.word),
    quotation: ($) => seq('[', repeat($._statement), ']'),

    match: ($) => seq('match', repeat1($.arm), 'end'),
    // A word of an arm that has an arrow behind it begins the next arm.
    arm: ($) => prec.dynamic(1, seq($.pattern, '->', repeat($._statement))),
    pattern: ($) => seq(field('name', $.word), optional(seq('{', repeat($.binding), '}'))),
    binding: (_) => />[^\s"()\[\]{}:;,#]+/,

    conditional: (_) => choice('if', 'else', 'then'),
    call: ($) => field('name', $.word),

    // Behind all tokens that could be words: of two that match the same text the first one counts.
    word: (_) => WORD,
  },
});
