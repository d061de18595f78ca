import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/freePort.ts'
import { jacknich, jacknichUid, loginBackend, provision } from '../support/people.ts'
import { elastic, overSocket, rest } from '../support/testApp.ts'
import { buildImage, type Image } from './image.ts'

const isRoot = process.getuid?.() === 0
const restriction = isRoot ? '' : ' (by this user: only root can be another one)'

describe(`the image, without a container engine, on a tree that may only be read${restriction}`, () => {
  let folder: string
  let image: Image
  let node: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'image-'))
    await chmod(folder, 0o755)
    image = await buildImage(folder)
    node = join(image.folder, 'node')
    await copyFile(process.execPath, node)
    for (const path of ['tmp', 'etc/profile-gateway'])
      await mkdir(join(image.folder, path), { recursive: true })
    for (const path of [image.volume, 'tmp'])
      if (isRoot) await chown(join(image.folder, path), image.user, image.user)
    await promisify(execFile)('chmod', ['-R', 'a-w,a+rX', join(image.folder, 'app')])
  }, 300_000)
  afterAll(async () => {
    await promisify(execFile)('chmod', ['-R', 'u+w', folder])
    await rm(folder, { recursive: true, force: true })
  })

  /** Runs a command as the image would, with `/` in its environment being the image's. */
  function start(
    [program = '', ...args]: readonly string[],
    more: Record<string, string> = {},
  ): ChildProcess {
    const rooted = Object.entries(image.environment).map(([name, value]) => [
      name,
      value.replace(/(^|file:)\//, `$1${image.folder}/`),
    ])
    const user = isRoot ? { uid: image.user, gid: image.user } : {}
    expect(program).toBe('node')
    return spawn(node, args, {
      cwd: join(image.folder, image.workdir),
      env: {
        ...(Object.fromEntries(rooted) as Record<string, string>),
        TMPDIR: join(image.folder, 'tmp'),
        ...more,
      },
      ...user,
    })
  }

  async function outcome(child: ChildProcess): Promise<{ code: number | null; said: string }> {
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, said }
  }

  it('says what is to be mounted where nothing is', async () => {
    const { code, said } = await outcome(start([...image.entrypoint, ...image.command]))
    expect(code).toBe(78)
    expect(said).toContain(`GATEWAY_CONFIG: ${image.folder}/etc/profile-gateway/gateway.yml cannot be read`)
  })

  it('does not answer others in the clear, with settings that say nothing of TLS', async () => {
    await writeFile(join(image.folder, 'etc/profile-gateway/gateway.yml'), '')
    const { code, said } = await outcome(start([...image.entrypoint, ...image.command]))
    expect(code).toBe(78)
    expect(said).toContain('HOST: other machines would send passwords and tokens to it unencrypted')
  })

  it('activates a profile, is healthy, and ends when it is told to', async () => {
    await writeFile(
      join(image.folder, 'etc/profile-gateway/gateway.yml'),
      'proxies.trusted_proxies: [10.0.0.0/8]',
    )
    const settings = { PORT: String(await freePort()), ELASTIC_PASSWORD: elastic.password }
    const gateway = start([...image.entrypoint, ...image.command], settings)
    const ended = outcome(gateway)
    try {
      await once(gateway.stderr ?? gateway, 'data')
      expect(await outcome(start(image.health, settings))).toEqual({ code: 0, said: '{"status":"ready"}\n' })
      const fetch = overSocket(`http://127.0.0.1:${settings.PORT}`)
      await provision(fetch)
      const grant = { grant_type: 'password', ...jacknich }
      const activated = await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
      expect(activated.body).toMatchObject({ uid: jacknichUid })
    } finally {
      gateway.kill('SIGTERM')
    }
    expect((await ended).code).toBe(0)
    expect(await readdir(join(image.folder, image.volume))).toContain('gateway.db')
    expect(await outcome(start(image.health, settings))).toMatchObject({
      code: 69,
      said: `profile-gateway: no gateway answers at HOST 0.0.0.0 and PORT ${settings.PORT}\n`,
    })
  })

  it('has nothing in it that only building needs', async () => {
    const packages = await readdir(join(image.folder, 'app/node_modules'))
    expect(packages.filter((name) => ['typescript', 'prisma', 'vitest', 'oxlint'].includes(name))).toEqual([])
    expect(await readdir(join(image.folder, 'app'))).toEqual(['dist', 'node_modules', 'package.json'])
  })
})
