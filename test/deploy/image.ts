import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** What `deploy/Dockerfile` makes, in folders in place of containers. */
export interface Image {
  /** Its root: what stands in the image at `/`. */
  readonly folder: string
  /** Where its processes start, below `/`. */
  readonly workdir: string
  readonly environment: Readonly<Record<string, string>>
  readonly user: number
  readonly volume: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly health: readonly string[]
}

/** What its Dockerfile says of the image, beside what is in it. */
export async function imageSettings(): Promise<Omit<Image, 'folder'>> {
  const [{ steps } = { steps: [] }] = (await stages()).slice(-1)
  const said = (instruction: string) =>
    steps.flatMap(([name, given]) => (name === instruction ? [given] : []))
  const last = (instruction: string) => said(instruction).at(-1) ?? ''
  const listed = (text: string) => JSON.parse(text.slice(text.indexOf('['))) as string[]
  return {
    workdir: last('WORKDIR'),
    environment: Object.assign({}, ...said('ENV').map(variables)) as Record<string, string>,
    user: Number(last('USER').split(':')[0]),
    volume: last('VOLUME'),
    entrypoint: listed(last('ENTRYPOINT')),
    command: listed(last('CMD')),
    health: listed(last('HEALTHCHECK')),
  }
}

/**
 * Does what the Dockerfile says, stage by stage, but for the first installation, in whose place it takes the packages
 * of this checkout, and the base image, of which nothing is there but Node.
 */
export async function buildImage(folder: string): Promise<Image> {
  let target = ''
  let workdir = ''
  for (const { name, steps } of await stages()) {
    target = join(folder, name)
    for (const [instruction, given] of steps) {
      if (instruction === 'WORKDIR') await mkdir((workdir = join(target, given)), { recursive: true })
      else if (instruction === 'COPY') await copy(given)
      else if (instruction === 'RUN') await run(given)
    }
  }
  return { ...(await imageSettings()), folder: target }

  async function copy(given: string): Promise<void> {
    const [, stage, listed = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(given) ?? []
    const paths = listed.split(' ').slice(0, -1)
    const from = stage === undefined ? root : join(folder, stage)
    for (const path of paths.flatMap((one) => (one === '.' ? context() : [one]))) {
      const to = join(workdir, stage === undefined ? path : basename(path))
      await cp(join(from, path), to, { recursive: true, verbatimSymlinks: true, filter: isWanted })
    }
  }

  async function run(line: string): Promise<void> {
    if (line === 'npm ci --ignore-scripts') {
      await execute('cp', ['-al', join(root, 'node_modules'), workdir])
      return
    }
    // Only folders of the image are named by their full path, and its user by name.
    const owner = process.getuid?.() === 0 ? '-$1 1000' : ''
    const here = line.replaceAll(/ \/(?=\w)/g, ` ${target}/`).replaceAll(/-([og]) node/g, owner)
    const PATH = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`
    const env = { ...process.env, PATH, npm_config_prefer_offline: 'true' }
    await execute('sh', ['-ec', here], { cwd: workdir, env })
  }
}

/** What `deploy/Dockerfile.dockerignore` leaves of the checkout. */
function context(): string[] {
  const lines = readFileSync(join(root, 'deploy/Dockerfile.dockerignore'), 'utf8').split('\n')
  return lines.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))
}

function isWanted(path: string): boolean {
  return path !== join(root, 'prisma/generated')
}

interface Stage {
  readonly name: string
  readonly steps: readonly (readonly [instruction: string, given: string])[]
}

async function stages(): Promise<Stage[]> {
  const found: { name: string; steps: [string, string][] }[] = []
  for (const line of (await readFile(join(root, 'deploy/Dockerfile'), 'utf8')).split('\n')) {
    const [, instruction = '', given = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    if (instruction === 'FROM') found.push({ name: / AS (\w+)$/.exec(given)?.[1] ?? 'image', steps: [] })
    else if (instructions.includes(instruction)) found.at(-1)?.steps.push([instruction, given])
    else if (line !== '' && !line.startsWith('#')) throw new Error(`a line that no test knows: ${line}`)
  }
  return found
}

const instructions = 'WORKDIR COPY RUN ENV VOLUME EXPOSE USER HEALTHCHECK ENTRYPOINT CMD'.split(' ')

function variables(given: string): Record<string, string> {
  return Object.fromEntries(given.split(' ').map((one) => one.split('=') as [string, string]))
}
