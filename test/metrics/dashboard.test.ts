import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, type Cluster } from '../support/cluster.ts'
import { startGatewayProcess, type GatewayProcess } from '../support/gatewayProcess.ts'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { elastic, overSocket, rest } from '../support/testApp.ts'
import { databaseName, newDatabase, type NewDatabase } from '../support/testDatabase.ts'
import { alerts } from './alerts.ts'
import { parseExposition, type Family } from './exposition.ts'
import { readingOf } from './promql.ts'

interface Panel {
  readonly title: string
  readonly type: string
  readonly datasource?: object
  readonly targets?: readonly Target[]
}

interface Target {
  readonly expr: string
  readonly legendFormat: string
  readonly datasource: object
}

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8')
const dashboard = JSON.parse(readFileSync(join(root, 'deploy/grafana-dashboard.json'), 'utf8')) as {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] }
}
const targets = dashboard.panels.flatMap(({ title, targets: all = [] }) =>
  all.map((target) => ({ title, ...target })),
)

/** The tables of the page: what stands in their cells, by the first of their head. */
const rowsUnder = (head: string) => {
  const [, table = ''] = new RegExp(`\\n\\| ${head} .*\\n\\|[ -|]+\\n((?:\\|.*\\n)+)`).exec(page) ?? []
  return table
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
}
const codesIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

let database: NewDatabase
let cluster: Cluster
let gateway: GatewayProcess
let families: ReadonlyMap<string, Family>

beforeAll(async () => {
  database = await newDatabase()
  cluster = await startCluster()
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  gateway = await startGatewayProcess({
    databaseUrl: database.url,
    files: { 'jwks.json': JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }) },
    settings: `
realms.jwt.corp:
  order: 1
  allowed_issuer: https://idp.example.com/
  allowed_audiences: [gateway]
  allowed_signature_algorithms: [ES256]
  pkc_jwkset_path: jwks.json
  claims.principal: sub
  client_authentication.type: none
realms.elasticsearch.main: { order: 2, hosts: "${cluster.url}" }
`,
  })
  const fetch = overSocket(gateway.address)
  await provision(fetch)
  const path = '/_security/profile/_activate'
  for (const password of [jacknich.password, 'a-wr0ng-p@ssword'])
    await rest(fetch, 'POST', path, loginBackend, { grant_type: 'password', ...jacknich, password })
  const socket = connect(Number(new URL(gateway.address).port), '127.0.0.1')
  socket.resume().end('JUNK\r\n\r\n')
  await once(socket, 'close')
  families = parseExposition((await rest(fetch, 'GET', '/metrics', elastic)).body as string)
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  await cluster.close()
  await database.remove()
})

const labelsOf = (family: Family | undefined) =>
  [...new Set(family?.samples.flatMap(({ labels }) => Object.keys(labels)))]
    .filter((label) => label !== 'le')
    .sort()

/** The family of a sample that an expression names. */
function familyOf(sample: string): Family | undefined {
  const histogram = families.get(sample.replace(/_(bucket|sum|count)$/, ''))
  return families.get(sample) ?? (histogram?.type === 'histogram' ? histogram : undefined)
}

/** What an expression reads that no gateway tells. */
function unknownIn(expression: string): string[] {
  const { names, labels } = readingOf(expression)
  expect(names.length, expression).toBeGreaterThan(0)
  return names.flatMap((name) => {
    const family = familyOf(name)
    if (!family) return name === 'up' ? [] : [name]
    // Without samples, nobody knows: those of PostgreSQL are not there on SQLite.
    if (family.samples.length === 0) return []
    const known = [...labelsOf(family), 'instance', 'job', ...(name.endsWith('_bucket') ? ['le'] : [])]
    return labels.filter((label) => !known.includes(label)).map((label) => `${name}{${label}}`)
  })
}

it('everything that a gateway tells has been seen with its labels', () => {
  const empty = [...families.values()].filter(({ samples }) => samples.length === 0).map(({ name }) => name)
  const ofPostgresql = databaseName === 'sqlite' ? ['profile_gateway_database_pool_connections'] : []
  expect(empty.filter((name) => name.startsWith('profile_gateway_'))).toEqual(ofPostgresql)
})

describe('the dashboard', () => {
  it.each(targets)('reads what a gateway tells, by labels that it has: $title $refId', ({ expr }) => {
    expect(unknownIn(expr)).toEqual([])
  })

  it.each(targets)('names what it shows by labels that are left: $title', ({ expr, legendFormat }) => {
    const { labels } = readingOf(expr)
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
    expect(named.filter((label) => !labels.includes(label))).toEqual([])
  })

  it('takes its data from wherever it is told', () => {
    const from = { type: 'prometheus', uid: '${datasource}' }
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['instance', 'query'],
    ])
    for (const { datasource } of targets) expect(datasource).toEqual(from)
    for (const { expr } of targets) expect(expr).toContain('instance=~"$instance"')
  })

  it('shows everything that the gateway tells of itself', () => {
    const shown = targets.flatMap(({ expr }) => readingOf(expr).names.map((name) => familyOf(name)?.name))
    const told = [...families.keys()].filter((name) => name.startsWith('profile_gateway_'))
    expect(told.filter((name) => !shown.includes(name))).toEqual([])
  })

  it('has its rows', () => {
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)
    expect(rows).toEqual(['Traffic', 'Activations', 'Throttle and queues', 'Realms', 'Database', 'Process'])
  })
})

describe('docs/metrics.md', () => {
  const documented = rowsUnder('name').map(([, name, type, labels]) => ({
    name: codesIn(name)[0] ?? '',
    type,
    labels: codesIn(labels).sort(),
  }))

  it('has every metric of the gateway’s, with its type and its labels, and no others', () => {
    const told = [...families.values()].filter(({ name }) => name.startsWith('profile_gateway_'))
    const labels = (family: Family) =>
      family.samples.length > 0
        ? labelsOf(family)
        : documented.find(({ name }) => name === family.name)?.labels
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1)
    expect(documented.sort(byName)).toEqual(
      told.map((family) => ({ name: family.name, type: family.type, labels: labels(family) })).sort(byName),
    )
  })

  it('names nothing that a gateway does not tell', () => {
    const named = [...page.matchAll(/`((?:process|nodejs)_\w+)`/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !familyOf(name))).toEqual([])
  })

  it('has every alert, how grave it is, and after how many minutes it comes', () => {
    const inWords = rowsUnder('alert').map(([, name, severity, when]) => [
      codesIn(name)[0],
      severity,
      /(\d+) minutes?/.exec(when ?? '')?.[1],
    ])
    const inFile = alerts.map(({ alert, labels, for: lasting, expr }) => [
      alert,
      labels.severity,
      /\d+(?=m)/.exec(lasting ?? expr)?.[0],
    ])
    expect(inWords).toEqual(inFile)
  })

  it('names expressions that read what a gateway tells', () => {
    const expressions = codesIn(page.split('## What to be woken for')[1]).filter((code) =>
      /\brate\(/.test(code),
    )
    expect(expressions).toHaveLength(2)
    expect(expressions.flatMap(unknownIn)).toEqual([])
  })
})

describe('an alert', () => {
  it.each(alerts)('reads what a gateway tells, by labels that it has: $alert', ({ expr }) => {
    expect(unknownIn(expr)).toEqual([])
  })

  it.each(alerts)('says what is the matter by labels that are left: $alert', ({ expr, annotations }) => {
    const { names, labels } = readingOf(expr)
    const left = /\bby\b/.test(expr)
      ? labels
      : ['instance', ...names.flatMap((name) => labelsOf(familyOf(name)))]
    const named = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)
    expect(named.filter((label) => !left.includes(label))).toEqual([])
  })
})

it('what an expression reads is found in it', () => {
  expect(
    readingOf('histogram_quantile(0.9, sum by (le, a) (rate(x_bucket{b=~"$b",c="d e"}[5m]))) / y_total > 2'),
  ).toEqual({ names: ['x_bucket', 'y_total'], labels: ['b', 'c', 'le', 'a'] })
})
