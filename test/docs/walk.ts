import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse as parseGraphql, validate } from 'graphql'
import { expect } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { loadConfig } from '../../src/config.ts'
import { schema } from '../../src/graphql/schema.ts'
import { freePort } from '../support/freePort.ts'
import { expectAnswer } from './answer.ts'
import { readPage, root, type Block } from './page.ts'
import { Shell } from './shell.ts'

export interface Walk {
  /** Paths from the repository's folder: of one page after the other, with what the one before has left. */
  readonly pages: readonly string[]
  /** A page whose commands are typed before, up to the first that has an answer. */
  readonly after?: string
  /** Why blocks are not run, by their first lines. */
  readonly notRun?: Readonly<Record<string, string>>
  /** Runs a statement of SQL where the page says to. */
  readonly sql?: (statement: string) => Promise<unknown>
  /** Ports that are given, by those that the page names; for others free ones are found. */
  readonly ports?: Readonly<Record<string, number>>
  /** Sees how everything is at the end, before it is stopped. */
  readonly atTheEnd?: (walked: Walked) => Promise<void>
}

export interface Walked {
  readonly folder: string
  readonly shell: Shell
  /** What the page says, with the ports of this test. */
  readonly withPorts: (text: string) => Promise<string>
}

/** What does not end by itself, in a terminal of its own. */
const server = /\bnpm start\b|\bnode server\.ts\b|^nginx /m

/** Does what a page says, from top to bottom, as a person who reads it would, in a folder like the repository's. */
export async function walk({ pages, after, notRun = {}, sql, ports = {}, atTheEnd }: Walk): Promise<void> {
  const known = new Map(Object.entries(ports))
  const portOf = async (shown: string) => {
    const port = known.get(shown) ?? (await freePort())
    known.set(shown, port)
    return port
  }
  const withPorts = async (text: string) => {
    const shown = [...text.matchAll(/(?:127\.0\.0\.1:|PORT=)(\d{4,5})\b/g)].map(([, port = '']) => port)
    for (const port of shown) await portOf(port)
    return text.replaceAll(
      /(127\.0\.0\.1:|PORT=)(\d{4,5})\b/g,
      (_, before: string, port: string) => `${before}${known.get(port) ?? port}`,
    )
  }
  const folder = await repositoryLike()
  const environment = { PORT: String(await portOf('4000')) }
  const shell = new Shell(folder, environment)
  const unused = new Set(Object.keys(notRun))
  let printed: string | undefined
  let operation: Block | undefined
  let unchecked: string | undefined
  let failure: string | undefined

  async function follow(block: Block): Promise<void> {
    if (/\bCtrl\+C\b/.test(block.prose)) await shell.interrupt()
    const [first = ''] = block.text.split('\n')
    if (first in notRun) return void unused.delete(first)
    // An error that is shown is an answer too.
    if (failure !== undefined && !['json', 'text'].includes(block.kind)) throw new Error(failure)
    failure = undefined
    const text = await withPorts(block.text)
    if (block.file !== undefined) await writeFile(join(folder, block.file), text)
    if (block.file?.endsWith('.ts')) unchecked = block.place
    switch (block.kind) {
      case 'sh':
        return runCommands(block, text)
      case 'json':
      case 'text':
        if (operation) printed = await sent(operation, block)
        if (printed === undefined) throw new Error(`${block.place}: an answer to nothing`)
        expectAnswer(block.kind, text, printed, block.place)
        operation = undefined
        return
      case 'yaml':
        return checkSettings(block, text)
      case 'graphql':
        expect(validate(schema, parseGraphql(text)), block.place).toEqual([])
        operation = block
        return
      case 'sql':
        if (!sql) throw new Error(`${block.place}: there is no database for it`)
        for (const statement of text.split(/;\n/).filter(Boolean)) await sql(statement)
        return
      case 'ts':
      case 'js':
      case 'jsonc':
      case 'nginx':
        if (block.file === undefined) throw new Error(`${block.place}: its first line names no file`)
        return
      default:
        throw new Error(`${block.place}: a block of the kind "${block.kind}" is neither known nor listed`)
    }
  }

  async function runCommands({ place }: Block, text: string): Promise<void> {
    printed = undefined
    if (server.test(text)) {
      const [, port = environment.PORT] = /(?<!_)PORT=(\d+)/.exec(text) ?? []
      return shell.serve(text, Number(port))
    }
    const { code, out, err } = await shell.run(text)
    if (code !== 0) failure = `${place}: exit code ${code}\n${out}${err}`
    if (/\btsc\b/.test(text)) unchecked = undefined
    printed = out
  }

  /** Other YAML than settings of the gateway is a file of its own name. */
  async function checkSettings({ file = 'pasted.yml', place }: Block, text: string): Promise<void> {
    for (const { errors } of parseAllDocuments(text)) expect(errors, place).toEqual([])
    if (!['gateway.yml', 'pasted.yml'].includes(file)) return
    const path = join(folder, file)
    await writeFile(path, text)
    const values = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [
      name,
      name.endsWith('PORT') ? '4000' : 'a-secret-of-some-length',
    ])
    loadConfig({ ...(Object.fromEntries(values) as Record<string, string>), GATEWAY_CONFIG: path })
  }

  /** What an operation is answered, with the variables and as the caller that the text between names. */
  async function sent({ text: query }: Block, { prose, place }: Block): Promise<string> {
    const [, authorization] = /`Authorization: ([^`]+)`/.exec(prose) ?? []
    const [, variables = '{}'] = /`(\{.*?\})`/s.exec(prose) ?? []
    if (authorization === undefined) throw new Error(`${place}: nobody is said to send it`)
    const response = await fetch(`http://127.0.0.1:${environment.PORT}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query, variables: JSON.parse(variables) as unknown }),
    })
    return response.text()
  }

  try {
    if (after !== undefined) {
      const before = (await readPage(after)).filter(({ text }) => !/^npm ci\b/.test(text))
      const end = before.findIndex(({ kind, file }) => kind !== 'sh' && file === undefined)
      for (const block of before.slice(0, end)) await follow(block)
    }
    for (const page of pages) for (const block of await readPage(page)) await follow(block)
    if (failure !== undefined) throw new Error(failure)
    expect([...unused], 'blocks that are listed and not there').toEqual([])
    expect(unchecked, 'TypeScript that no tsc after it has checked').toBeUndefined()
    await atTheEnd?.({ folder, shell, withPorts })
  } finally {
    await shell.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A folder with what a clone has, after an installation, in which files can be written. */
async function repositoryLike(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'walk-'))
  for (const name of ['package.json', 'schema.graphql', 'deploy'])
    await cp(join(root, name), join(folder, name), { recursive: true })
  for (const name of ['src', 'node_modules', 'examples']) await symlink(join(root, name), join(folder, name))
  return folder
}
