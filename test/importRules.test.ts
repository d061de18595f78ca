import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const src = join(root, 'src')

interface Source {
  /** Its path below `src`. */
  readonly path: string
  /** The folder that it belongs to, or its own name if it stands above all folders. */
  readonly part: string
  readonly tree: ts.SourceFile
  readonly imports: readonly Import[]
}

interface Import {
  readonly specifier: string
  /** Nothing of it is left when the program runs. */
  readonly typeOnly: boolean
}

const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map(read)

/** What every part may import. They import nothing of ours themselves, but one another. */
const everyones = [
  'age.ts',
  'errors.ts',
  'inTurn.ts',
  'json.ts',
  'lruCache.ts',
  'read.ts',
  'regularExpression.ts',
  'similarNames.ts',
  'systemReason.ts',
  'wildcard.ts',
]

/** Which parts a part may import besides. Source: design, section 4. */
const may: Record<string, readonly string[]> = {
  'bin.ts': ['main.ts'],
  'main.ts': ['commands', 'cli', 'app.ts', 'config.ts'],
  'hasher.ts': ['cli', 'authentication'],
  commands: ['cli'],
  // It alone may have what needs no credentials.
  cli: [
    'app.ts',
    'metricsHost.ts',
    'operator.ts',
    'audit',
    'authentication',
    'doctor',
    'config.ts',
    'databaseOptions.ts',
    'metrics',
    'realms',
    'storage',
    'transfer',
  ],
  'closeAll.ts': [],
  'databaseOptions.ts': ['config.ts', 'storage'],
  'operator.ts': [
    'closeAll.ts',
    'config.ts',
    'databaseOptions.ts',
    'audit',
    'metrics',
    'useCases.ts',
    'realms',
    'elasticsearch',
    'graphql',
    'storage',
    'authentication',
    'authorization',
  ],
  doctor: [
    'config.ts',
    'databaseOptions.ts',
    'graphql',
    'realms',
    'storage',
    'authentication',
    'authorization',
  ],
  'metricsHost.ts': ['config.ts', 'settings', 'http'],
  'app.ts': [
    'closeAll.ts',
    'metricsHost.ts',
    'config.ts',
    'databaseOptions.ts',
    'settings',
    'audit',
    'metrics',
    'useCases.ts',
    'realms',
    'elasticsearch',
    'graphql',
    'http',
    'storage',
    'profile',
    'authentication',
    'authorization',
  ],
  'useCases.ts': [
    'config.ts',
    'audit',
    'metrics',
    'realms',
    'graphql',
    'storage',
    'profile',
    'authentication',
    'authorization',
  ],
  'config.ts': ['settings'],
  settings: ['authentication'],
  realms: ['config.ts', 'authentication'],
  'errors.ts': [],
  'json.ts': [],
  'read.ts': [],
  'inTurn.ts': [],
  'lruCache.ts': [],
  'age.ts': [],
  'similarNames.ts': [],
  'systemReason.ts': [],
  'regularExpression.ts': [],
  'wildcard.ts': [],
  audit: [],
  metrics: [],
  http: [],
  elasticsearch: ['http'],
  graphql: ['http', 'profile', 'authentication', 'authorization'],
  transfer: ['profile', 'authentication', 'authorization'],
  profile: ['authentication', 'authorization'],
  authentication: ['authorization'],
  authorization: [],
  storage: [],
}

/** Of which parts a part may know the types, and nothing that runs. */
const mayKnow: Record<string, readonly string[]> = {
  storage: ['transfer', 'profile', 'authentication', 'authorization'],
  audit: ['graphql', 'profile', 'authentication', 'authorization'],
  metrics: ['http', 'realms', 'storage', 'graphql', 'profile', 'authentication', 'authorization'],
}

/** Files that are named for what they are about, though nothing that they export is called so. */
const otherwiseNamed = [
  'authorization/globalPrivilege.ts',
  'errors.ts',
  'graphql/yoga.ts',
  'settings/value.ts',
  'storage/migrating.ts',
]

describe('what a part of the source imports', () => {
  it('is read from every file, in every form', () => {
    expect(sources.length).toBeGreaterThan(60)
    const text = `import a from 'a'; import type b from 'b'; import { type c } from 'c'; import 'd'; export * from 'e'
      export type { f } from 'f'; const g = await import('g'); type H = import('h').H; import { type i, j } from 'i'
      const k = import.meta.resolve('k'); import l = require('l'); const m = require('m')`
    expect(importsOf(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true))).toEqual([
      { specifier: 'a', typeOnly: false },
      { specifier: 'b', typeOnly: true },
      { specifier: 'c', typeOnly: true },
      { specifier: 'd', typeOnly: false },
      { specifier: 'e', typeOnly: false },
      { specifier: 'f', typeOnly: true },
      { specifier: 'g', typeOnly: false },
      { specifier: 'h', typeOnly: true },
      { specifier: 'i', typeOnly: false },
      { specifier: 'k', typeOnly: false },
      { specifier: 'l', typeOnly: false },
      { specifier: 'm', typeOnly: false },
    ])
  })

  it('of other parts points one way', () => {
    const forbidden = internalImports()
      .filter(({ from, to }) => to !== from.part && !everyones.includes(to) && !may[from.part]?.includes(to))
      .filter(({ from, to, typeOnly }) => !(typeOnly && mayKnow[from.part]?.includes(to)))
      .map(({ from, specifier }) => `${from.path} imports ${specifier}`)
    expect(forbidden).toEqual([])
  })

  it('concerns only parts that have a place in the rules', () => {
    expect([...new Set(sources.map(({ part }) => part))].filter((part) => !(part in may))).toEqual([])
  })

  it('of the rest of the repository is the version alone, and the generated clients', () => {
    const outside = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => relative(root, resolve(src, dirname(path), specifier)))
        .filter((target) => !target.startsWith('src/'))
        .map((target) => `${path} imports ${target}`),
    )
    const allowed =
      /^(app|main|operator|useCases)\.ts imports package\.json$|^storage\/\w+\.ts imports prisma\/generated\//
    expect(outside.filter((line) => !allowed.test(line))).toEqual([])
  })

  it.each([
    ['GraphQL', /^(graphql|@graphql-|@pothos\/|@envelop\/|@escape\.tech\/graphql)/, ['graphql']],
    ['Prisma', /^@?prisma(\/|$)|prisma\/generated\//, ['storage']],
    ['a driver of a database', /^(better-sqlite3|pg|node:sqlite)(\/|$)/, ['storage']],
    ['JSON web tokens', /^jose(\/|$)/, ['authentication']],
    ['hashes of passwords', /^@node-rs\/(argon2|bcrypt)(\/|$)/, ['authentication']],
    ['metrics and traces', /^(prom-client|@opentelemetry\/)/, ['metrics']],
    ['the command line', /^(commander|citty)(\/|$)/, ['main.ts', 'commands']],
  ])('for %s is imported where it belongs alone', (_, packages, parts) => {
    const others = sources
      .filter((source) => !parts.includes(source.part))
      .filter(({ imports }) => imports.some(({ specifier }) => packages.test(specifier)))
    expect(others.map(({ path }) => path)).toEqual([])
  })
})

describe('what is made in one place', () => {
  it('the environment is read in config.ts; main.ts says there what libraries are to do', () => {
    const read = (node: ts.Node) => /^process\??\s*(\.\s*env|\[\s*['"`]env['"`]\s*\])$/.test(node.getText())
    const imported = (source: Source) =>
      source.imports.some(({ specifier }) => /^(node:)?process$/.test(specifier))
    const readers = sources.filter((source) => imported(source) || has(source.tree, read))
    expect(readers.map(({ path }) => path)).toEqual(['config.ts', 'main.ts'])
  })

  it('the time is taken in cli/clock.ts', () => {
    const taken = (node: ts.Node) =>
      (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) ||
      (ts.isCallExpression(node) && ['Date', 'Date.now'].includes(node.expression.getText())) ||
      (ts.isPropertyAccessExpression(node) && node.getText() === 'Date.now')
    expect(sources.filter(({ tree }) => has(tree, taken)).map(({ path }) => path)).toEqual(['cli/clock.ts'])
  })
})

describe('a file of the source', () => {
  it('is named for a noun of the problem, as its folder is', () => {
    const empty = ['util', 'helper', 'common', 'service', 'type', 'lib', 'misc', 'shared', 'index']
    const named = (path: string) =>
      path.split('/').some((name) =>
        empty.includes(
          name
            .toLowerCase()
            .replace(/(\.\w+)*$/, '')
            .replace(/s$/, ''),
        ),
      )
    expect(sources.map(({ path }) => path).filter(named)).toEqual([])
  })

  it('exports nothing as default', () => {
    const byDefault = (node: ts.Node) =>
      ts.isExportAssignment(node) ||
      (ts.isExportSpecifier(node) && node.name.text === 'default') ||
      (node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent))
    expect(sources.filter(({ tree }) => has(tree, byDefault)).map(({ path }) => path)).toEqual([])
  })

  it('is no barrel: it has something of its own', () => {
    const barrels = sources.filter(({ tree }) =>
      tree.statements.every((one) => ts.isImportDeclaration(one) || ts.isExportDeclaration(one)),
    )
    expect(barrels.map(({ path }) => path)).toEqual([])
  })

  it('has a word of its name in that of something it exports', () => {
    const named = (path: string, names: readonly string[]) =>
      wordsOf(basename(path, '.ts')).some((word) => names.flatMap(wordsOf).includes(word))
    const unlike = sources
      .filter(({ tree }) => tree.statements.flatMap(exportedNames).length > 0)
      .filter(({ path, tree }) => !named(path, tree.statements.flatMap(exportedNames)))
    expect(unlike.map(({ path }) => path)).toEqual(otherwiseNamed)
  })
})

function read(path: string): Source {
  const tree = ts.createSourceFile(path, readFileSync(join(src, path), 'utf8'), ts.ScriptTarget.Latest, true)
  return { path, part: path.split('/')[0] ?? path, tree, imports: importsOf(tree) }
}

/** The imports of our own files, by the part that they lead to. */
function internalImports() {
  return sources.flatMap((from) =>
    from.imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier, typeOnly }) => {
        const target = relative(src, resolve(src, dirname(from.path), specifier))
        return { from, specifier, typeOnly, to: target.split('/')[0] ?? target }
      })
      .filter(({ to }) => to !== '..'),
  )
}

function importsOf(tree: ts.SourceFile): Import[] {
  const found: Import[] = []
  visit(tree, (node) => {
    const [specifier, typeOnly] = importOf(node) ?? []
    if (specifier && ts.isStringLiteralLike(specifier)) {
      found.push({ specifier: specifier.text, typeOnly: typeOnly === 'typeOnly' })
    }
  })
  return found
}

/** Where an import leads that this node is. */
function importOf(node: ts.Node): [ts.Node | undefined, 'typeOnly' | false] | undefined {
  if (ts.isImportDeclaration(node)) return [node.moduleSpecifier, isTypeOnly(node.importClause) && 'typeOnly']
  if (ts.isExportDeclaration(node)) return [node.moduleSpecifier, node.isTypeOnly && 'typeOnly']
  if (ts.isExternalModuleReference(node)) return [node.expression, false]
  if (ts.isImportTypeNode(node)) return [(node.argument as ts.LiteralTypeNode).literal, 'typeOnly']
  const called = ts.isCallExpression(node) ? node.expression.getText() : ''
  const imports = ['import', 'require', 'import.meta.resolve'].includes(called)
  return imports ? [(node as ts.CallExpression).arguments[0], false] : undefined
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const { name, namedBindings } = clause
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly)
}

function exportedNames(statement: ts.Statement): string[] {
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause
    return clause && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : []
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  }
  const { name } = statement as ts.DeclarationStatement
  return name ? [name.text] : []
}

/** The words of a name in camel case, each in the singular. */
function wordsOf(name: string): string[] {
  return name.split(/(?=[A-Z])/).map((word) => word.toLowerCase().replace(/s$/, ''))
}

function has(tree: ts.SourceFile, matches: (node: ts.Node) => boolean): boolean {
  let found = false
  visit(tree, (node) => {
    found ||= matches(node)
  })
  return found
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  ts.forEachChild(node, (child) => {
    visit(child, see)
  })
}
