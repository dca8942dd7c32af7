/**
 * The layers of the architecture, held as data: who may import whom, and which words the inner layers must not even know.
 * Every file under src is parsed and checked against the table; type imports count like any other.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

interface Layer {
  /** Folder or file under src; the longest that matches a path is its layer. `*` stands for one name. */
  readonly place: string;
  /** Layers it may import besides itself. */
  readonly imports: readonly string[];
  readonly packages?: readonly string[];
}

const APP_IMPORTS = ['index.ts', 'base', 'kernel', 'engine', 'engine/recording', 'share', 'scenarios'];
const APP_PACKAGES = [
  'react',
  'react-dom',
  '@base-ui/react',
  '@fontsource-variable/inter',
  '@fontsource-variable/jetbrains-mono',
  '@xyflow/react',
  'd3',
  'lucide-react',
  'react-resizable-panels',
  'zustand',
];

const LAYERS: readonly Layer[] = [
  { place: 'base', imports: [] },
  { place: 'kernel', imports: ['base'] },
  // Golden scripts and what plays them: for tests only, so they may show the kernel through whatever stands on it.
  { place: 'kernel/testdata', imports: ['index.ts', 'patterns', 'kernel', 'base'] },
  { place: 'patterns', imports: ['kernel', 'base'] },
  // What an actor system must do, as cases that any engine can be put through; for tests only.
  {
    place: 'conformance',
    imports: ['index.ts', 'patterns', 'kernel', 'kernel/testdata', 'base', 'engine', 'engine/simulator'],
  },
  { place: 'index.ts', imports: ['patterns', 'kernel', 'base'] },
  // The port alone; its adapters are layers of their own.
  { place: 'engine', imports: ['kernel'] },
  // How a live run is recorded: written by one adapter, read by the other.
  { place: 'engine/recording', imports: ['engine', 'kernel', 'base'] },
  // What the workers of both adapters share: how they are held, and how they answer.
  { place: 'engine/control', imports: ['kernel', 'base'] },
  { place: 'engine/live', imports: ['engine', 'engine/control', 'engine/recording', 'kernel', 'patterns', 'base'] },
  // A live run on one thread, driven by hand; for tests only.
  { place: 'engine/live/testdata', imports: ['engine/live', 'engine', 'kernel', 'kernel/testdata', 'base'] },
  {
    place: 'engine/simulator',
    imports: ['engine', 'engine/control', 'engine/recording', 'kernel', 'patterns', 'base'],
  },
  // Systems to try the simulator on, and who tries it; for tests only.
  {
    place: 'engine/simulator/testdata',
    imports: ['engine/simulator', 'engine', 'engine/control', 'kernel', 'patterns', 'base'],
    packages: ['vitest', 'fast-check'],
  },
  // A recorded run in one thread: made by the live engine's parts, for the simulator to take again; for tests only.
  {
    place: 'engine/recording/testdata',
    imports: ['engine/recording', 'engine/live', 'engine', 'kernel', 'base'],
  },
  // One lesson each: it sees what any author sees, and no other lesson. The folder above them holds the catalog.
  { place: 'scenarios/*', imports: ['index.ts'] },
  { place: 'scenarios', imports: ['index.ts', 'scenarios/*'] },
  { place: 'share', imports: ['kernel', 'base', 'scenarios'], packages: ['fflate'] },
  { place: 'app', imports: [...APP_IMPORTS, 'app/bridge'], packages: APP_PACKAGES },
  // Where the page meets the engines: the only place that knows which one is running.
  {
    place: 'app/bridge',
    imports: [...APP_IMPORTS, 'engine/control', 'engine/live', 'engine/simulator'],
    packages: ['comlink'],
  },
];

/** Layers whose tests may use the kernel's own test system. */
const TESTDATA_USERS = ['kernel', 'patterns', 'conformance', 'engine/live'];

/** What the tests of a layer may import beside: real scenarios, and links to carry their runs. */
const TEST_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'engine/live': ['engine/live/testdata'],
  'engine/simulator': ['engine/simulator/testdata', 'scenarios', 'scenarios/*', 'share'],
  'engine/recording': ['engine/recording/testdata', 'engine/simulator', 'engine/simulator/testdata'],
};

const TEST_PACKAGES = ['vitest', 'fast-check', 'typescript'];

/** What the inner layers get from their host, or not at all. */
const HOST_WORDS = [
  ...['Date', 'performance', 'setTimeout', 'setInterval', 'queueMicrotask', 'Worker', 'SharedArrayBuffer', 'Atomics'],
  ...['window', 'document', 'globalThis', 'crypto'],
];
const HOST_FREE = ['base', 'kernel', 'patterns'];
/** Layers in which nothing is asynchronous and no module remembers anything. */
const STATELESS = ['kernel'];

const SOURCE = resolve(import.meta.dirname);

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file);
}

function layerOf(file: string): Layer | undefined {
  const matches = (place: string): boolean => {
    const pattern = `^${place.replace('.', '\\.').replace('*', '[^/]+')}${place.endsWith('.ts') ? '$' : '/'}`;
    return new RegExp(pattern).test(file);
  };
  return LAYERS.filter(({ place }) => matches(place)).sort((a, b) => b.place.length - a.place.length)[0];
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/** Everything a file names as a module: imports of all kinds, and addresses of workers and other assets. */
function modulesOf(source: ts.SourceFile): string[] {
  const modules = source.referencedFiles.map(({ fileName }) => fileName);
  const add = (node: ts.Node | undefined): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) modules.push(node.text);
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    if (ts.isExternalModuleReference(node)) add(node.expression);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText(source);
      if (
        node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        /^(require|import\.meta\.glob|vi\.mock)$/.test(called)
      ) {
        add(node.arguments[0]);
      }
    }
    if (ts.isNewExpression(node) && node.expression.getText(source) === 'URL') {
      if (node.arguments?.[1]?.getText(source) === 'import.meta.url') add(node.arguments[0]);
    }
  });
  return modules;
}

interface Import {
  readonly module: string;
  /** Under src; undefined for packages and for what lies outside src. */
  readonly file: string | undefined;
}

function importsOf(file: string, text: string): Import[] {
  return modulesOf(parse(file, text)).map((module) => {
    const isRelative = module.startsWith('.') || module.startsWith('/src/');
    const path = module.startsWith('/src/') ? module.slice(5) : posix.join(posix.dirname(file), module);
    return { module, file: isRelative ? path.replace(/\?.*$/, '') : undefined };
  });
}

function importViolations(file: string, text: string): string[] {
  const layer = layerOf(file);
  if (layer === undefined) return isTest(file) ? [] : [`${file} belongs to no layer of the table`];
  return importsOf(file, text).flatMap((found) => {
    const fault = `${file} (${layer.place}) imports ${found.module}`;
    if (found.file === undefined)
      return mayUsePackage(file, layer, found.module) ? [] : [`${fault}: a foreign package`];
    const target = layerOf(found.file);
    if (target === undefined) return [`${fault}: it belongs to no layer`];
    // Two lessons share an entry of the table without being one layer.
    const isOwn = target === layer && (layer.place !== 'scenarios/*' || sameFolder(file, found.file));
    const isTestdata = isTest(file) && target.place === 'kernel/testdata' && TESTDATA_USERS.includes(layer.place);
    const imports = isTest(file) ? [...layer.imports, ...(TEST_IMPORTS[layer.place] ?? [])] : layer.imports;
    return isOwn || isTestdata || imports.includes(target.place) ? [] : [`${fault} (${target.place})`];
  });
}

function sameFolder(a: string, b: string): boolean {
  return a.split('/')[1] === b.split('/')[1];
}

function mayUsePackage(file: string, layer: Layer, module: string): boolean {
  if (isTest(file) && module.startsWith('node:')) return true;
  // Bridge files are app files too, but comlink stays theirs.
  const own = layer.place === 'app/bridge' ? [...APP_PACKAGES, ...(layer.packages ?? [])] : (layer.packages ?? []);
  const allowed = isTest(file) ? [...own, ...TEST_PACKAGES] : own;
  return allowed.some((name) => module === name || module.startsWith(`${name}/`));
}

function wordViolations(file: string, text: string): string[] {
  const layer = layerOf(file)?.place ?? '';
  if (isTest(file) || !HOST_FREE.includes(layer)) return [];
  const source = parse(file, text);
  const isStateless = STATELESS.includes(layer);
  const violations: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    violations.push(`${file}:${line + 1} ${what}`);
  };
  walk(source, (node) => {
    if (ts.isIdentifier(node) && !isMemberName(node)) {
      if (HOST_WORDS.includes(node.text)) report(node, `uses ${node.text}`);
      if (isStateless && node.text === 'Promise') report(node, 'uses Promise');
    }
    if (ts.isPropertyAccessExpression(node) && node.getText(source) === 'Math.random') report(node, 'uses Math.random');
    if (!isStateless) return;
    if (node.kind === ts.SyntaxKind.AsyncKeyword) report(node, 'is async');
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) report(node, 'awaits');
    if (ts.isPropertyDeclaration(node) && hasModifier(node, ts.SyntaxKind.StaticKeyword)) {
      if (!hasModifier(node, ts.SyntaxKind.ReadonlyKeyword)) report(node, 'has mutable static state');
    }
  });
  if (isStateless) {
    for (const statement of source.statements.filter(ts.isVariableStatement)) {
      if (isMutable(statement.declarationList)) report(statement, 'has mutable state at module level');
    }
  }
  return violations;
}

/** `x.window` and `{ window: 1 }` name a member, not the thing. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isMethodSignature(parent)) return parent.name === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) return parent.name === node;
  if (ts.isPropertyDeclaration(parent) || ts.isMethodDeclaration(parent)) return parent.name === node;
  return ts.isBindingElement(parent) && parent.propertyName === node;
}

function hasModifier(node: ts.PropertyDeclaration, kind: ts.SyntaxKind): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}

/** Variables that can be set, and collections that can be filled, unless their type forbids it. */
function isMutable(list: ts.VariableDeclarationList): boolean {
  if ((list.flags & ts.NodeFlags.Const) === 0) return true;
  return list.declarations.some(({ initializer, type }) => {
    if (initializer === undefined || !ts.isNewExpression(initializer)) return false;
    return /^(Weak)?(Map|Set)$/.test(initializer.expression.getText()) && !/^Readonly/.test(type?.getText() ?? '');
  });
}

/** Chains of layers that end where they began, along the imports that there really are. */
function cycles(files: ReadonlyMap<string, string>): string[] {
  const graph = new Map<string, Set<string>>();
  for (const [file, text] of files) {
    const from = layerOf(file)?.place;
    if (from === undefined || isTest(file)) continue;
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const found of importsOf(file, text)) {
      const to = found.file === undefined ? undefined : layerOf(found.file)?.place;
      if (to !== undefined && to !== from) targets.add(to);
    }
  }
  // Walked depth first, each place once: what is met again on the way down closes a cycle.
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (place: string, chain: readonly string[]): void => {
    if (chain.includes(place)) found.push([...chain.slice(chain.indexOf(place)), place].join(' → '));
    if (done.has(place) || chain.includes(place)) return;
    for (const next of graph.get(place) ?? []) visit(next, [...chain, place]);
    done.add(place);
  };
  for (const place of graph.keys()) visit(place, []);
  return found;
}

const FILES: ReadonlyMap<string, string> = new Map(
  readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => [file, readFileSync(resolve(SOURCE, file), 'utf8')]),
);

describe('the sources', () => {
  test('import only what their layer may', () => {
    expect([...FILES].flatMap(([file, text]) => importViolations(file, text))).toEqual([]);
  });

  test('of inner layers know nothing of clocks, chance, threads and the page', () => {
    expect([...FILES].flatMap(([file, text]) => wordViolations(file, text))).toEqual([]);
  });

  test('of patterns see of the kernel only what an author sees', () => {
    const kernelFiles = (file: string): string[] =>
      importsOf(file, FILES.get(file) ?? '').flatMap(({ file: found }) =>
        found?.startsWith('kernel/') ? [found] : [],
      );
    const shown = new Set(kernelFiles('index.ts'));
    const hidden = [...FILES.keys()]
      .filter((file) => file.startsWith('patterns/') && !isTest(file))
      .flatMap((file) =>
        kernelFiles(file)
          .filter((found) => !shown.has(found))
          .map((found) => `${file}: ${found}`),
      );
    expect(shown.size).toBeGreaterThan(0);
    expect(hidden).toEqual([]);
  });

  test('have no cycle of imports between layers', () => {
    expect(cycles(FILES)).toEqual([]);
  });
});

describe('the check itself', () => {
  test.each([
    ['kernel/a.ts', "import { x } from '../engine/live/b.ts';"],
    ['kernel/a.ts', "import type { X } from '../engine/engine.ts';"],
    ['base/a.ts', "export * from '../kernel/b.ts';"],
    ['base/a.ts', "let x: import('../kernel/b.ts').X;"],
    ['kernel/a.ts', "const x = () => import('../app/b.ts');"],
    ['engine/live/a.ts', "const url = new URL('../../app/b.ts', import.meta.url);"],
    ['engine/live/a.ts', "import x from '../simulator/b.ts';"],
    ['engine/live/a.ts', "import * as comlink from 'comlink';"],
    ['scenarios/one/a.ts', "import { x } from '../two/b.ts';"],
    ['scenarios/one/a.ts', "import { x } from '../../kernel/b.ts';"],
    ['share/a.ts', "import { x } from '../app/b.ts';"],
    ['app/graph/a.tsx', "import { x } from '../../engine/live/b.ts';"],
    ['app/graph/a.tsx', "import { x } from '/src/engine/live/b.ts';"],
    ['app/graph/a.tsx', "import { wrap } from 'comlink';"],
    ['kernel/a.test.ts', "import { x } from '../engine/live/b.ts';"],
    ['kernel/a.ts', "import { x } from './testdata/b.ts';"],
    ['engine/simulator/a.ts', "import { x } from './testdata/b.ts';"],
    ['engine/simulator/a.ts', "import { x } from '../../share/b.ts';"],
    ['kernel/a.ts', "import { test } from 'vitest';"],
    ['elsewhere/a.ts', ''],
  ])('refuses in %s: %s', (file, text) => {
    expect(importViolations(file, text)).toHaveLength(1);
  });

  test.each([
    ['scenarios/one/a.ts', "import { x } from '../../index.ts'; import { y } from './b.ts';"],
    ['app/bridge/a.ts', "import { x } from '../../engine/live/b.ts'; import * as comlink from 'comlink';"],
    ['app/a.tsx', "import { x } from 'zustand/vanilla'; import './a.css';"],
    ['share/a.ts', "import { CATALOG } from '../scenarios/catalog.ts';"],
    [
      'kernel/a.test.ts',
      "import { test } from 'vitest'; import fs from 'node:fs'; import { x } from './testdata/b.ts';",
    ],
    ['kernel/testdata/a.ts', "import { x } from '../../patterns/b.ts';"],
    ['engine/simulator/a.test.ts', "import { x } from './testdata/b.ts'; import { y } from '../../share/c.ts';"],
  ])('accepts in %s: %s', (file, text) => {
    expect(importViolations(file, text)).toEqual([]);
  });

  test.each([
    ...HOST_WORDS.map((word) => ['base/a.ts', `const x = ${word};`]),
    ['patterns/a.ts', 'const x = Math.random();'],
    ['kernel/a.ts', 'let x = 0;'],
    ['kernel/a.ts', 'export const x = new Map();'],
    ['kernel/a.ts', 'class A { static x = 0; }'],
    ['kernel/a.ts', 'function f(): Promise<void> {}'],
    ['kernel/a.ts', 'const f = async () => {};'],
  ])('refuses in %s: %s', (file, text) => {
    expect(wordViolations(file, text)).toHaveLength(1);
  });

  test.each([
    ['kernel/a.ts', 'function f() { let x = 0; }'],
    ['kernel/a.ts', 'const x = view.window; const y = { document: 1 };'],
    ['kernel/a.ts', 'const x: ReadonlyMap<string, string> = new Map();'],
    ['kernel/a.test.ts', 'const x = Date.now();'],
    ['engine/live/a.ts', 'const x = performance.now();'],
  ])('accepts in %s: %s', (file, text) => {
    expect(wordViolations(file, text)).toEqual([]);
  });

  test('finds a cycle', () => {
    const files = new Map([
      ['kernel/a.ts', "import type { X } from '../patterns/b.ts';"],
      ['patterns/b.ts', "import { y } from '../kernel/a.ts';"],
    ]);
    expect(cycles(files)).toEqual(['kernel → patterns → kernel']);
  });
});
