import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startCluster, type Cluster } from '../support/cluster.ts'
import { freePort } from '../support/freePort.ts'
import { startGatewayProcess, type GatewayProcess } from '../support/gatewayProcess.ts'
import { createIssuer, type Issuer } from '../support/jwt.ts'
import { jacknich, loginBackend, provision } from '../support/people.ts'
import { activateProfile } from '../support/profileBody.ts'
import { graphql, overSocket, rest } from '../support/testApp.ts'
import { newDatabase, type NewDatabase } from '../support/testDatabase.ts'
import { alerts, alertsFile } from './alerts.ts'
import { noPrometheus, startPrometheus, type PrometheusServer } from './prometheusServer.ts'

const deploy = join(import.meta.dirname, '../../deploy')
const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana-dashboard.json'), 'utf8')) as {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly {
      readonly expr: string
      readonly legendFormat: string
    }[]
  }[]
}
const targets = dashboard.panels.flatMap(({ title, targets: all = [] }) =>
  all.map((target) => ({ title, ...target })),
)

interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, value: string]
}

const strange = { username: 'a-strange-name', password: 'a-str4nge-p@ssword' }

describe.skipIf(noPrometheus)(
  `Prometheus, as Compose has it, on two gateways${noPrometheus}`,
  { timeout: 60_000 },
  () => {
    let database: NewDatabase
    let cluster: Cluster
    let gateways: readonly GatewayProcess[]
    let prometheus: PrometheusServer
    let instances: readonly string[]
    let issuer: Issuer

    beforeAll(async () => {
      database = await newDatabase()
      cluster = await startCluster()
      issuer = createIssuer()
      cluster.put(strange.password, { username: strange.username })
      instances = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
      const [first = '', second = ''] = instances
      gateways = await Promise.all(instances.map(startGateway))
      const configuration = readFileSync(join(deploy, 'compose/prometheus.yml'), 'utf8')
      prometheus = await startPrometheus({
        'prometheus.yml': configuration
          .replace('gateway-1:9464', first)
          .replace('gateway-2:9464', second)
          .replace('scrape_interval: 15s', 'scrape_interval: 1s, evaluation_interval: 1s'),
        'prometheus-alerts.yml': readFileSync(alertsFile, 'utf8'),
      })
      for (const { address } of gateways) await provision(overSocket(address))
      // Of what is counted for the first time nobody knows how fast it grows.
      for (let count = 1; count <= 2; count++) {
        for (const one of gateways) await use(one)
        await scraped()
      }
    }, 60_000)
    afterAll(async () => {
      await prometheus.close()
      for (const one of gateways) await one.stop()
      await cluster.close()
      await database.remove()
    })

    async function startGateway(metricsAddress: string): Promise<GatewayProcess> {
      return startGatewayProcess({
        databaseUrl: database.url,
        files: { 'jwks.json': JSON.stringify(issuer.jwks) },
        settings: `
metrics.port: ${new URL(`http://${metricsAddress}`).port}
realms.jwt.web:
  order: 1
  allowed_issuer: ${issuer.url}
  allowed_audiences: [gateway]
  allowed_signature_algorithms: [ES256]
  pkc_jwkset_path: jwks.json
  claims.principal: sub
  client_authentication.type: none
realms.elasticsearch.main: { order: 2, hosts: "${cluster.url}" }
`,
      })
    }

    /** What users and strangers do at a gateway: log in at both doors, guess until they have to wait, and send no HTTP. */
    async function use({ address }: GatewayProcess): Promise<void> {
      const fetch = overSocket(address)
      const seconds = Math.floor(Date.now() / 1_000)
      const token = await issuer.issue({ iat: seconds, exp: seconds + 600 }, { alg: 'ES256' })
      const atRest = (grant: object, caller = loginBackend) =>
        rest(fetch, 'POST', '/_security/profile/_activate', caller, grant)
      const password = (person: typeof jacknich) => ({ grant_type: 'password', ...person })
      await atRest(password(jacknich))
      await atRest(password(strange))
      await atRest({ grant_type: 'access_token', access_token: token })
      await graphql(fetch, loginBackend, activateProfile, { grant: { password: jacknich } })
      await graphql(fetch, loginBackend, activateProfile, { grant: { accessToken: { token } } })
      await atRest(password(jacknich), { ...loginBackend, password: 'a-wr0ng-p@ssword' })
      for (let guess = 0; guess < 10; guess++)
        await atRest(password({ username: 'mia', password: `gu3ss-n0-${guess}` }))
      const socket = connect(Number(new URL(address).port), '127.0.0.1')
      socket.resume().end('JUNK\r\n\r\n')
      await once(socket, 'close')
    }

    /** Resolves once both gateways have been read again. */
    async function scraped(): Promise<void> {
      const since = Date.now() / 1_000
      await vi.waitFor(
        async () => {
          const read = await query('timestamp(up)')
          expect(read.map(({ value }) => Number(value[1]) > since)).toEqual([true, true])
        },
        { timeout: 20_000, interval: 200 },
      )
    }

    async function query(expression: string): Promise<readonly Series[]> {
      return (await prometheus.ask<{ result: Series[] }>('query', { query: expression })).result
    }

    /** As Grafana fills its variables in, with all gateways chosen. */
    const filled = (expression: string) =>
      expression
        .replaceAll('$__rate_interval', '1m')
        .replaceAll(
          '$instance',
          `(${instances.map((one) => one.replaceAll('.', String.raw`\\.`)).join('|')})`,
        )

    const isNumber = ({ value }: Series) => Number.isFinite(Number(value[1]))

    it('finds both, as the dashboard asks for them', async () => {
      const found = await prometheus.ask('label/instance/values', { 'match[]': 'profile_gateway_build_info' })
      expect(found).toEqual([...instances].sort())
    })

    it('shows a number in every panel, by a legend of its own for each line', async () => {
      for (const { title, expr, legendFormat } of targets) {
        const series = await query(filled(expr))
        expect(series.filter(isNumber), title).not.toEqual([])
        const legends = series.map(({ metric }) =>
          legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? 'missing'),
        )
        expect(legends, title).not.toContainEqual(expect.stringContaining('missing'))
        expect(new Set(legends).size, title).toBe(legends.length)
      }
    })

    it('evaluates every alert, of which none is due', async () => {
      const { groups } = await prometheus.ask<{
        groups: { rules: { name: string; health: string; state: string; alerts: object[] }[] }[]
      }>('rules')
      const rules = groups.flatMap((group) => group.rules)
      expect(rules.map(({ name }) => name)).toEqual(alerts.map(({ alert }) => alert))
      for (const { name, health, alerts: due } of rules) expect([name, health, due]).toEqual([name, 'ok', []])
    })
  },
)

it.skipIf(noPrometheus)(`every alert comes where it has to, and none otherwise${noPrometheus}`, () => {
  const { status, stdout, stderr } = spawnSync(
    'promtool',
    ['test', 'rules', join(import.meta.dirname, 'alerts.yml')],
    {
      encoding: 'utf8',
    },
  )
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' })
})
