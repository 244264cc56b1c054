/** A line that 'seqvm test --json' writes. */
export interface Result {
  file: string;
  name: string;
  status: string;
  ms: number;
  failures: string[];
}

/** Reads results from what was written so far; rest is the line that is not complete. */
export function readResults(text: string): { results: Result[]; rest: string } {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  const results: Result[] = [];
  for (const line of lines) {
    try {
      const value = JSON.parse(line) as Partial<Result>;
      if (value.name && value.status) {
        results.push({ file: '', ms: 0, failures: [], ...value } as Result);
      }
    } catch {
      // What a test writes itself is no result.
    }
  }
  return { results, rest };
}

/** The line that a failure names, counted from 0; undefined if it names none. */
export function lineOf(failure: string): number | undefined {
  const found = /^at line (\d+)/.exec(failure);
  return found ? Number(found[1]) - 1 : undefined;
}

/** The words that are tests in a text, with the line of each, counted from 0. */
export function testsOf(text: string): { name: string; line: number }[] {
  const tests: { name: string; line: number }[] = [];
  text.split('\n').forEach((content, line) => {
    const found = /^\s*:\s*(test-[^\s"()[\]{}:;,#]*)\s*\(\s*--\s*\)/.exec(content);
    if (found) {
      tests.push({ name: found[1], line });
    }
  });
  return tests;
}
