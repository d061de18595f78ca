import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { freePort } from '../support/freePort.ts'

/** Where nginx is, if it is on this machine. */
export const nginx = ['nginx', '/usr/sbin/nginx'].find((command) => spawnSync(command, ['-v']).status === 0)

/** The addresses on both sides, as `127.0.0.1:4000`. */
interface Sides {
  readonly gateway: string
  readonly cluster: string
  /** Changes what the file says beside ports. */
  readonly edit?: (configuration: string) => string
}

export interface Proxy {
  /** Of the plain port. */
  readonly url: string
  /** The port of TLS, where the edit has any. */
  readonly tlsPort: number
  readonly close: () => Promise<void>
}

/** Starts nginx, as an ordinary process, with `deploy/nginx.conf` but for the ports. */
export async function startNginx({ gateway, cluster, edit = (same) => same }: Sides): Promise<Proxy> {
  const [port, tlsPort] = [await freePort(), await freePort()]
  const configuration = await withOther('deploy/nginx.conf', [
    ['server 127.0.0.1:4000;', `server ${gateway};`],
    ['server 127.0.0.1:9200;', `server ${cluster};`],
    ['listen 127.0.0.1:9280;', `listen 127.0.0.1:${port};`],
    ['listen 9243 ssl;', `listen 127.0.0.1:${tlsPort} ssl;`],
  ])
  return { ...(await runNginx(edit(configuration), port)), tlsPort }
}

/** Starts nginx, as an ordinary process, with `deploy/compose/nginx.conf` but for the addresses. */
export async function startBalancer(gateways: readonly [string, string]): Promise<Omit<Proxy, 'tlsPort'>> {
  const port = await freePort()
  const configuration = await withOther('deploy/compose/nginx.conf', [
    ['server gateway-1:4000;', `server ${gateways[0]};`],
    ['server gateway-2:4000;', `server ${gateways[1]};`],
    ['listen 4000;', `listen 127.0.0.1:${port};`],
  ])
  return runNginx(configuration, port)
}

async function withOther(file: string, lines: readonly (readonly [string, string])[]): Promise<string> {
  const written = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
  return lines.reduce((rest, [from, to]) => {
    if (!rest.includes(from)) throw new Error(`${file} has no line ${from}`)
    return rest.replace(from, to)
  }, written)
}

async function runNginx(configuration: string, port: number): Promise<Omit<Proxy, 'tlsPort'>> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  await writeFile(join(folder, 'proxy.conf'), configuration)
  await writeFile(join(folder, 'nginx.conf'), surroundings)
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
  const running = spawn(nginx ?? 'nginx', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const said = text(running.stderr)
  const exited = once(running, 'exit')
  const failed = exited.then(async () => {
    throw new Error(`nginx did not start: ${await said}`)
  })
  failed.catch(() => undefined)
  await Promise.race([listening(port), failed])
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      running.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What stands around the file where nginx is installed. */
const surroundings = `
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  include proxy.conf;
}
`

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const stands = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (stands) return
    await setTimeout(20)
  }
}
