// What many profiles cost, and many remembered tokens: an activation's CPU time with a thousand profiles stored and with
// a million, and the memory of a gateway with a million that remembers a hundred thousand tokens.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { closedArrivals } from './demand.ts'
import { deploy, type Deployment } from './deployment.ts'
import { doors, type Request } from './doors.ts'
import { growthReport, growthTargets, type Growth } from './growthReport.ts'
import type { Job, Measurement } from './job.ts'
import { thousand } from './options.ts'
import { named, type Part } from './part.ts'
import { uidOf, userOf } from './people.ts'
import { forgetPeakMemoryOf, memoryOf, peakMemoryOf } from './procfs.ts'
import { cpuOfBoth } from './ratio.ts'
import { rememberedBy } from './remembered.ts'
import { scenarioNamed } from './scenarios.ts'
import { gatewayAt, type Server } from './servers.ts'
import { storeProfiles } from './storedProfiles.ts'
import { inRounds, type BenchParts } from './subjects.ts'
import { untilAllCame } from './trial.ts'

const scenario = scenarioNamed('JWT remembered, writing')
const gateways = (['sqlite', 'postgresql'] as const).map((database) => gatewayAt('graphql', database))
const connections = 16
/** So many tokens come again and again while CPU time is taken; with many profiles, each is another user's. */
const comers = 4_096
/** How long a gateway has nothing to do before its memory is looked at, in milliseconds. */
const rest = 5_000

/** Measures it. */
export const growth: Part = {
  name: 'growth',
  about: `“${scenario.name}” with a thousand profiles and with a million, and memory with a hundred thousand tokens`,
  subjects: gateways.map(({ name }) => name),

  async run(names, parts) {
    const grown: Growth[] = []
    for (const server of named(gateways, names)) grown.push(await grow(server, parts))
    return { report: growthReport(grown, parts.options), targets: growthTargets(grown, parts.options) }
  },
}

/** A gateway and those who come to it. */
interface Stored {
  readonly deployment: Deployment
  readonly requests: readonly Request[]
}

async function grow(server: Server, parts: BenchParts): Promise<Growth> {
  const { options, say } = parts
  const { profiles, proofs } = options
  const few = await stored('few', thousand, Math.min(comers, proofs))
  const many = await stored('many', profiles, proofs)
  const cpu = { few: [] as Measurement[], many: [] as Measurement[] }
  for (const one of [few, many]) {
    await measure(one, { requests: again(one), arrivals: untilAllCame, rule: 'any', repeat: false })
    await measure(one, { requests: again(one), arrivals: closedArrivals(options.warmUp, options.ramp) })
  }
  const arrivals = closedArrivals(options.seconds, options.ramp)
  await inRounds([few, many], ['closed'], parts, async (one) => {
    const measurement = await measure(one, { requests: again(one), arrivals })
    const size = one === few ? 'few' : 'many'
    cpu[size].push(measurement)
    say(`  ${server.name}: ${cpuOfBoth(measurement).toFixed(0)} µs of CPU an activation with ${size}`)
  })
  const { pid, port } = many.deployment.server
  const before = memoryOf(pid)
  forgetPeakMemoryOf(pid)
  await measure(many, { requests: many.requests, arrivals: untilAllCame, rule: 'any', repeat: false })
  const remembered = await rememberedBy(port)
  await sleep(Math.min(rest, options.seconds * 2_000))
  const memory = { before, peak: peakMemoryOf(pid), steady: memoryOf(pid) }
  say(`  ${server.name}: ${memory.peak.toFixed(0)} MiB with ${remembered} tokens remembered`)
  for (const one of [few, many]) await one.deployment.server.stop()
  return { name: server.name, cpu, memory, remembered }

  async function stored(size: 'few' | 'many', count: number, tokens: number): Promise<Stored> {
    say(`  ${server.name}: ${count} profiles, ${tokens} tokens`)
    const folder = join(parts.folder, `${size} ${server.deployment}`.replaceAll(' ', '-'))
    const deployment = await deploy({ ...parts, name: server.deployment, scenario, users: 0, folder })
    await deployment.server.stop()
    await storeProfiles(deployment.url, count)
    // Spread over all of them, as far as there are so many.
    const step = Math.max(1, Math.floor(count / tokens))
    const users = Array.from({ length: tokens }, (_, n) => (n * step) % count)
    const signed = await parts.issuer.tokensOf('ES256', users)
    const requests = users.map((n, index): Request => {
      const { username } = userOf(n)
      const body = doors[server.door].bodyOf({ kind: 'token', username, token: signed[index] ?? '' })
      return { uid: uidOf(username), body }
    })
    return { deployment: { ...deployment, server: await deployment.startBeside(deployment.url) }, requests }
  }

  function measure(
    { deployment }: Stored,
    job: Pick<Job, 'requests' | 'arrivals'> & Partial<Job>,
  ): Promise<Measurement> {
    const { pid, port } = deployment.server
    return parts.generator.measure({
      ...{ ports: [port], door: server.door, rule: 'writes', repeat: true, connections },
      history: `growth at ${deployment.url}`,
      processes: {
        servers: [pid],
        database: deployment.databaseUrl === null ? null : parts.postgres.pid(),
      },
      ...job,
    })
  }
}

function again({ requests }: Stored): readonly Request[] {
  const step = Math.max(1, Math.floor(requests.length / comers))
  return requests.filter((_, index) => index % step === 0).slice(0, comers)
}
