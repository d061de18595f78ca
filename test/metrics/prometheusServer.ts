import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../support/freePort.ts'

/** Why there is no Prometheus here, or nothing. */
export const noPrometheus =
  spawnSync('prometheus', ['--version']).status === 0
    ? ''
    : ' (skipped: there is no Prometheus on this machine)'

export interface PrometheusServer {
  /** What an address of its API is answered. Throws what it says if it is an error. */
  readonly ask: <T>(path: string, query?: Readonly<Record<string, string>>) => Promise<T>
  readonly close: () => Promise<void>
}

/** Starts Prometheus, as an ordinary process, in a folder with these files, of which `prometheus.yml` tells it what to do. */
export async function startPrometheus(files: Readonly<Record<string, string>>): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const listen = `127.0.0.1:${await freePort()}`
  const running = spawn(
    'prometheus',
    ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=${listen}`],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const said = text(running.stderr)
  const exited = once(running, 'exit')
  const isReady = () =>
    fetch(`http://${listen}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) {
    if (running.exitCode !== null) throw new Error(`Prometheus has ended: ${await said}`)
    await setTimeout(50)
  }
  return {
    async ask<T>(path: string, query = {}) {
      const answer = await fetch(`http://${listen}/api/v1/${path}?${new URLSearchParams(query)}`)
      const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string }
      if (status !== 'success') throw new Error(error)
      return data
    },
    async close() {
      running.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
