import { attackedRealms } from '../jwt/attacks/realms.ts'
import { startGatewayProcess } from '../support/gatewayProcess.ts'
import { canary } from './canary.ts'
import { issuer } from './jwts.ts'
import { openMemory, residentMemoryOf, type Memory } from './memory.ts'

/** A gateway whose process is seen. */
export interface WatchedGateway {
  readonly address: string
  /** That it has ended, or has logged what it should not; else null. */
  readonly watch: () => string | null
  readonly memory: Memory
  /** In bytes. */
  readonly resident: () => number
  readonly stop: () => Promise<void>
}

const many = 1_000_000

/** Keeps nobody out, and takes JWTs of an issuer of ours. */
const settings = `${attackedRealms.replaceAll('FOLDER/', '')}
throttle: { attempts: ${many}, attempts_per_address: ${many}, attempts_per_caller: ${many} }
`

export async function startWatchedGateway(databaseUrl: string): Promise<WatchedGateway> {
  const gateway = await startGatewayProcess({
    databaseUrl,
    settings,
    files: { 'jwks.json': JSON.stringify(issuer.jwks) },
    environment: { ISSUER_SECRET: issuer.secret },
    logLevel: 'info',
    debugged: true,
  })
  const memory = await openMemory(gateway.debuggerAddress ?? '')
  return {
    address: gateway.address,
    watch() {
      const ending = gateway.ending()
      if (ending !== null) return ending
      const log = gateway.takeLog()
      const broken = log.split('\n').find((line) => /"level":[56]0/.test(line))
      if (broken !== undefined) return `it has logged ${broken}`
      return log.includes(canary) ? 'its log has a secret that was sent' : null
    },
    memory,
    resident: () => residentMemoryOf(gateway.pid),
    async stop() {
      memory.close()
      await gateway.stop()
    },
  }
}
