import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse as parseGraphql, validate } from 'graphql'
import { expect } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { loadConfig } from '../../src/config.ts'
import { schema } from '../../src/graphql/schema.ts'
import { expectAnswer } from './answer.ts'
import { readPage, type Block } from './page.ts'
import { Ports } from './ports.ts'
import { httpError, Shell } from './shell.ts'
import { workingCopy } from './workingCopy.ts'

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
  readonly ports: Ports
}

/** What does not end by itself, in a terminal of its own. */
const server = /\bnpm start\b|\bnode server\.ts\b|^nginx /m

/** Does what a page says, from top to bottom, as a person who reads it would, in a folder like the repository's. */
export async function walk({
  pages,
  after,
  notRun = {},
  sql,
  ports: given = {},
  atTheEnd,
}: Walk): Promise<void> {
  const ports = new Ports(given)
  const folder = await workingCopy()
  const environment = { PORT: String(await ports.of('4000')) }
  const shell = new Shell(folder, environment)
  const unused = new Set(Object.keys(notRun))
  let printed: string | undefined
  let unchecked: string | undefined
  /** What an error of HTTP has ended, which is an answer too where the page shows it. */
  let refused: string | undefined

  async function follow(block: Block): Promise<void> {
    if (/\bCtrl\+C\b/.test(block.prose)) await shell.interrupt()
    if (refused !== undefined && !['json', 'text'].includes(block.kind)) throw new Error(refused)
    refused = undefined
    const [first = ''] = block.text.split('\n')
    if (first in notRun) return void unused.delete(first)
    const text = await ports.in(block.text)
    if (block.file !== undefined) await writeFile(join(folder, block.file), text)
    if (block.file?.endsWith('.ts')) unchecked = block.place
    switch (block.kind) {
      case 'sh':
        return runCommands(block, text)
      case 'json':
      case 'text':
        if (printed === undefined) throw new Error(`${block.place}: an answer to nothing`)
        expectAnswer(block.kind, text, printed, block.place)
        return
      case 'yaml':
        return checkSettings(block, text)
      case 'graphql':
        expect(validate(schema, parseGraphql(text)), block.place).toEqual([])
        printed = undefined
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
    const failure = code === 0 ? undefined : `${place}: exit code ${code}\n${out}${err}`
    if (failure !== undefined && code !== httpError) throw new Error(failure)
    refused = failure
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
      name.endsWith('PORT') ? '9464' : 'a-secret-of-some-length',
    ])
    loadConfig({ ...(Object.fromEntries(values) as Record<string, string>), GATEWAY_CONFIG: path })
  }

  try {
    if (after !== undefined) {
      const before = await readPage(after)
      const end = before.findIndex(({ kind, file }) => kind !== 'sh' && file === undefined)
      for (const block of before.slice(0, end)) await follow(block)
    }
    for (const page of pages) for (const block of await readPage(page)) await follow(block)
    if (refused !== undefined) throw new Error(refused)
    expect([...unused], 'blocks that are listed and not there').toEqual([])
    expect(unchecked, 'TypeScript that no tsc after it has checked').toBeUndefined()
    await atTheEnd?.({ folder, shell, ports })
  } finally {
    await shell.close()
    await rm(folder, { recursive: true, force: true })
  }
}
