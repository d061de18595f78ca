import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gatewayCommand, Process, type Environment } from '../cliProcess.ts'
import { elastic, overSocket, type Fetch } from '../support/testApp.ts'

/** A gateway that answers. */
export interface ServedGateway {
  readonly process: Process
  readonly fetch: Fetch
}

interface GatewayOptions {
  environment?: Environment
  /** What `gateway.yml` says beside that every activation writes. */
  settings?: string
  /** What a shell runs the gateway's command under. */
  under?: string
}

/** Starts a gateway in a folder, where every activation writes, and waits until it answers. */
export async function serve(folder: string, options?: GatewayOptions): Promise<ServedGateway> {
  const process = await start(folder, options)
  return { process, fetch: overSocket(await process.address()) }
}

/** Only starts it. */
export async function start(folder: string, options: GatewayOptions = {}): Promise<Process> {
  const { environment, settings = '', under = 'exec' } = options
  // Of most suites nobody reads the audit log, and there is much of it.
  const audit = settings.includes('audit') ? '' : 'audit.destination: none\n'
  await writeFile(join(folder, 'gateway.yml'), `activation: { unchanged_grace: 0s }\n${audit}${settings}`)
  return new Process('/bin/sh', ['-c', `${under} ${gatewayCommand} serve`], folder, {
    ELASTIC_PASSWORD: elastic.password,
    LOG_LEVEL: 'warn',
    ...environment,
  })
}
