// What a way of 1 ms to the database and back costs a gateway, and the floors. Both ways, near and far, lead through a
// relay, so that nothing but the delay differs.

import { Client } from 'pg'
import { createDelay } from './delay.ts'
import { closedArrivals } from './demand.ts'
import { distanceReport, type Place } from './distanceReport.ts'
import { named, type Part } from './part.ts'
import { throughputRatio } from './ratio.ts'
import { createRelay, type Relay } from './relay.ts'
import { emptyRow, throughputOf } from './row.ts'
import { scenarioNamed } from './scenarios.ts'
import { servers } from './servers.ts'
import { median } from './stats.ts'
import { deployAll, inRounds, prepare, type BenchParts } from './subjects.ts'
import { createTry, type Subject } from './trial.ts'

/** Of each way, in milliseconds. */
const oneWay = 0.5
/** What is left of a ratio that has not fallen: less is more than noise. */
const least = 0.95

const scenario = scenarioNamed('JWT remembered, writing')
const onPostgresql = servers.filter(({ deployment }) => deployment !== 'gateway on sqlite')

/** Measures it. */
export const distance: Part = {
  name: 'distance',
  about: `“${scenario.name}”, with and without 1 ms of round trip to the database`,
  subjects: onPostgresql.map(({ name }) => name),

  async run(names, parts) {
    const { postgres, options, own } = parts
    const delay = await own(Promise.resolve(createDelay(oneWay)), (one) => one.stop())
    const port = Number(new URL(postgres.url()).port)
    const near = await own(createRelay(port), (one) => one.close())
    const far = await own(createRelay(port, delay), (one) => one.close())
    // What threads take to wake each other is part of the way.
    for (let n = 0; n < 2; n++) delay.shorten(((await addedBy(far, near, postgres.url())) - 2 * oneWay) / 2)
    const added = await addedBy(far, near, postgres.url())
    parts.say(`  ${added.toFixed(2)} ms are added`)
    const places = await deployBoth(near, far, names, parts)
    const tryOut = createTry(scenario, parts)
    delay.takeLateness()
    const subjects = places.flatMap((place) => [place.near, place.far])
    await inRounds(subjects, options.connections, parts, async (subject, c) => {
      const arrivals = closedArrivals(options.seconds, options.ramp)
      const measurement = await tryOut(subject, { connections: c, arrivals })
      subject.row.closed.set(c, [...(subject.row.closed.get(c) ?? []), measurement])
      const where = places.some((place) => place.near === subject) ? 'near' : 'far'
      const rate = throughputOf(measurement).toFixed(0)
      parts.say(`  ${subject.row.server.name.padEnd(26)} ${where.padEnd(4)} c=${c}: ${rate}/s`)
    })
    const rows = places.map((place): Place => ({ near: place.near.row, far: place.far.row }))
    return {
      report: distanceReport(rows, options.connections, added, delay.takeLateness()),
      targets: rows
        .filter(({ near: { server } }) => server.name.startsWith('gateway'))
        .flatMap((gateway) => ['floor A', 'floor B'].flatMap((floor) => kept(gateway, floor))),
    }

    function kept(gateway: Place, floorName: string) {
      const floor = rows.find(({ near: { server } }) => server.name === floorName)
      return options.connections.map((c) => ({
        what: `${scenario.name}, ${gateway.near.server.name}, c=${c}: ratio to ${floorName}, 1 ms away / near`,
        least,
        measured: throughputRatio(gateway.far, floor?.far, c) / throughputRatio(gateway.near, floor?.near, c),
      }))
    }
  },
}

interface Placed {
  readonly near: Subject
  readonly far: Subject
}

/** Of each server one near its database, and one far from the same. */
async function deployBoth(
  near: Relay,
  far: Relay,
  names: readonly string[],
  parts: BenchParts,
): Promise<Placed[]> {
  const tryOut = createTry(scenario, parts)
  const deployed = await deployAll(scenario, named(onPostgresql, names), parts)
  const places: Placed[] = []
  for (const deployment of new Set(deployed.map((subject) => subject.deployment))) {
    await deployment.server.stop()
    const nearServer = await deployment.startBeside(near.through(deployment.url))
    const farServer = await deployment.startBeside(far.through(deployment.url))
    for (const { row } of deployed.filter((subject) => subject.deployment === deployment)) {
      const at = (server: typeof nearServer): Subject => ({
        row: emptyRow(scenario, row.server),
        deployment: { ...deployment, server },
      })
      const place = { near: at(nearServer), far: at(farServer) }
      for (const subject of [place.near, place.far]) await prepare(subject, parts.options, tryOut)
      places.push(place)
    }
  }
  return places
}

/** How much longer the smallest question takes on one way than on another, in milliseconds. */
async function addedBy(far: Relay, near: Relay, url: string): Promise<number> {
  const there = new Client({ connectionString: far.through(url) })
  const here = new Client({ connectionString: near.through(url) })
  await Promise.all([there.connect(), here.connect()])
  try {
    const differences: number[] = []
    for (let n = 0; n < 200; n++) differences.push((await roundTrip(there)) - (await roundTrip(here)))
    return median(differences)
  } finally {
    await Promise.all([there.end(), here.end()])
  }
}

async function roundTrip(client: Client): Promise<number> {
  const begun = performance.now()
  await client.query('SELECT 1')
  return performance.now() - begun
}
