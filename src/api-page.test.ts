/** The API page and the public API: every example compiles, every export is shown or is a type, and has a docstring. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const indexFile = path.join(root, 'src', 'index.ts');

interface Example {
  /** The heading above it. */
  readonly title: string;
  readonly file: string;
  readonly text: string;
}

function examplesOf(markdown: string, folder: string): readonly Example[] {
  const examples: Example[] = [];
  let title = '';
  for (const match of markdown.matchAll(/^#+ (.*)$|^```ts\n([\s\S]*?)^```$/gm)) {
    const [, heading, code] = match;
    if (heading !== undefined) title = heading;
    if (code !== undefined) {
      const file = path.join(root, 'src', 'scenarios', folder, `example-${examples.length}.ts`);
      examples.push({ title, file, text: code });
    }
  }
  return examples;
}

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const apiPage = readFileSync(path.join(root, 'src', 'API.md'), 'utf8');
const fromReadme = examplesOf(readme, 'greetings');
const fromApiPage = examplesOf(apiPage, 'api');

function programOf(examples: readonly Example[]): ts.Program {
  const config = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const compilerOptions = { ...options, noUnusedLocals: false, paths: { playhouse: [indexFile] } };
  const host = ts.createCompilerHost(compilerOptions);
  const { readFile, fileExists } = host;
  const texts = new Map(examples.map(({ file, text }) => [file, text]));
  host.readFile = (name) => texts.get(path.normalize(name)) ?? readFile(name);
  host.fileExists = (name) => texts.has(path.normalize(name)) || fileExists(name);
  host.getSourceFile = (name, version) => {
    const text = host.readFile(name);
    return text === undefined ? undefined : ts.createSourceFile(name, text, version);
  };
  return ts.createProgram([indexFile, ...texts.keys()], compilerOptions, host);
}

const program = programOf([...fromReadme, ...fromApiPage]);

it('README.md shows a whole scenario, as an author would write it', () => {
  expect(fromReadme[0]?.text).toContain('export const greetings: Scenario');
});

describe('examples compile', () => {
  it.each([...fromReadme, ...fromApiPage].map((example) => [example.title, example] as const))('%s', (_, { file }) => {
    const problems = ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(problems).toEqual([]);
  });
});

describe('the API page', () => {
  it.each(fromApiPage.map(({ title, text }) => [title, text] as const))('shows %s in about ten lines', (_, text) => {
    // Without the imports and empty lines.
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import '));
    expect(lines.length).toBeLessThanOrEqual(16);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(150);
  });

  const checker = program.getTypeChecker();
  const source = program.getSourceFile(indexFile) as ts.SourceFile;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source) as ts.Symbol).map((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return { name: symbol.name, target };
  });

  const shown = [...fromApiPage.map(({ text }) => text), ...(apiPage.match(/`\w+`/g) ?? [])].join('\n');

  it.each(exported.filter(({ target }) => target.flags & ts.SymbolFlags.Value).map(({ name }) => name))(
    'mentions %s',
    (name) => {
      // In an example, or named in the text.
      expect(shown).toMatch(new RegExp(`\\b${name}\\b`));
    },
  );

  it('is about exports that all have a docstring', () => {
    const silent = exported.filter(({ target }) => {
      const docs = ts.displayPartsToString(target.getDocumentationComment(checker));
      return docs.trim() === '';
    });
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
