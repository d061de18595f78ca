import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
  npm_config_prefer_offline: 'true',
  npm_config_fund: 'false',
  npm_config_audit: 'false',
}

interface Packed {
  readonly filename: string
  readonly files: readonly { path: string }[]
}

describe('the package that npm pack makes', () => {
  let folder: string
  let packed: Packed
  let said: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'package-'))
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--pack-destination', folder],
      await checkout(folder),
    )
    // npm 11 says it by name, older ones in a list; and what its scripts say stands before.
    const all = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Packed[] | Record<string, Packed>
    const [first] = Object.values(all)
    if (!first) throw new Error('npm has packed nothing')
    packed = first
    await writeFile(join(folder, 'package.json'), '{"name":"somebodys","version":"1.0.0"}')
    said = (await run('npm', ['install', join(folder, packed.filename)], folder)).stderr
  }, 300_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('has what runs, the migrations, an example of settings, the pages that messages name, and nothing else of ours', () => {
    const ours = packed.files.map(({ path }) => path).filter((path) => !path.startsWith('node_modules/'))
    const rest = ours.filter((path) => !/^dist\/src\/(bin|hasher|chunks\/\w+)\.js$/.test(path))
    const migrations = readdirSync(join(root, 'prisma/migrations'), { recursive: true, encoding: 'utf8' })
    const expected = [
      'LICENSE',
      'README.md',
      'package.json',
      'gateway.example.yml',
      'gateway.schema.json',
      ...readdirSync(join(root, 'docs'))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
      ...migrations.filter((path) => /\.\w+$/.test(path)).map((path) => `dist/prisma/migrations/${path}`),
    ]
    expect(rest.sort()).toEqual(expected.sort())
  })

  it('has nothing that is only for this repository, of which npm would warn, and leaves that as it was', async () => {
    const content = async (path: string) =>
      JSON.parse(await readFile(join(folder, path, 'package.json'), 'utf8')) as Record<string, unknown>
    const installed = Object.keys(await content('node_modules/profile-gateway'))
    expect(installed).toContain('dependencies')
    expect(installed.filter((name) => /^(scripts|devDependencies|allowScripts)$/.test(name))).toEqual([])
    expect(said).not.toContain('profile-gateway')
    expect(await content('checkout')).toEqual(packageJson)
  })

  it('brings the SQLite that needs no compiler, in a tree in which npm finds nothing wrong', async () => {
    const { stdout } = await run('npm', ['ls', '--all', '--json'], folder)
    expect(JSON.parse(stdout)).not.toHaveProperty('problems')
    expect(await versionsOf('better-sqlite3', join(folder, 'node_modules'))).toEqual([
      packageJson.overrides['better-sqlite3'],
    ])
  })

  it('runs by npx', async () => {
    const { stdout } = await run('npx', ['profile-gateway', 'demo'], folder)
    expect(stdout).toContain('u_79HkWkwmnBH5gqFKwoxggWPjEBOur1zLPXQPEl1VBW0_0')
  })

  it('says which Node it needs to one that cannot run it', async () => {
    const bin = await readFile(join(folder, 'node_modules/profile-gateway/dist/src/bin.js'), 'utf8')
    const older = join(folder, 'older.mjs')
    await writeFile(
      older,
      bin.replace(/^#!.*\n/, '').replaceAll('process.versions.node', JSON.stringify('22.11.0')),
    )
    const child = spawn(process.execPath, [older], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => (said += String(chunk)))
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, said }).toEqual({
      code: 78,
      said: 'profile-gateway: needs Node 24.2 or newer: this is 22.11.0\n',
    })
  })
})

/** What is packed, in a folder of its own: packing makes the Prisma clients anew, which other tests run on. */
async function checkout(folder: string): Promise<string> {
  const copy = join(folder, 'checkout')
  const files = ['package.json', 'LICENSE', 'README.md', 'gateway.example.yml', 'gateway.schema.json']
  const paths = [...files, 'deploy', 'docs', 'prisma', 'src']
  for (const path of paths) await cp(join(root, path), join(copy, path), { recursive: true })
  await run('cp', ['-al', join(root, 'node_modules'), copy], root)
  return copy
}

function run(command: string, args: readonly string[], cwd: string) {
  return promisify(execFile)(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })
}

async function versionsOf(name: string, modules: string): Promise<string[]> {
  const manifests = readdirSync(modules, { recursive: true, encoding: 'utf8' }).filter((path) =>
    new RegExp(`(^|node_modules/)${name}/package\\.json$`).test(path),
  )
  const read = manifests.map(async (path) => {
    const manifest = JSON.parse(await readFile(join(modules, path), 'utf8')) as { version: string }
    return manifest.version
  })
  return Promise.all(read)
}
