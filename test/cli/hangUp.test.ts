import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { gateway, gatewayCommand } from '../cliProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { elastic, overSocket, rest } from '../support/testApp.ts'
import { atTerminal, childrenOf, isRunning, noTerminal } from './terminal.ts'

const environment = { ELASTIC_PASSWORD: elastic.password }

describe('SIGHUP', { timeout: 60_000 }, () => {
  it('is ignored where there is nothing to read anew, and the log says so', async () => {
    const process = gateway(['serve'], await temporaryFolder(), environment)
    const address = await process.address()
    process.child.kill('SIGHUP')
    await process.says(/(there is nothing to read anew: no gateway\.yml)/)
    expect((await rest(overSocket(address), 'GET', '/', elastic)).status).toBe(200)
    expect(await process.stop()).toBe(0)
  })

  it('says that it takes a restart where gateway.yml was not there at the start', async () => {
    const folder = await temporaryFolder()
    const process = gateway(['serve'], folder, environment)
    await process.address()
    await writeFile(join(folder, 'gateway.yml'), 'token.timeout: 5m\n')
    process.child.kill('SIGHUP')
    await process.says(/(there was no gateway\.yml at the start: a restart takes the one that is there now)/)
    expect(process.out).not.toContain('nothing to read anew')
    expect(await process.stop()).toBe(0)
  })

  it.skipIf(noTerminal)(
    `at a terminal has files read anew, and ends the gateway once the terminal is closed${noTerminal}`,
    async () => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'gateway.yml'), 'token.timeout: 5m\n')
      const terminal = atTerminal(`exec ${gatewayCommand} serve`, folder, environment)
      await terminal.address()
      const [pid = 0] = childrenOf(terminal.child.pid)
      process.kill(pid, 'SIGHUP')
      await terminal.says(/(realms: nothing has changed)/)
      await terminal.stop('SIGKILL')
      await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000, interval: 50 })
    },
  )
})
