import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { loadConfig, type Config } from '../../src/config.ts'
import { jacknich, jacknichUid, loginBackend, provision } from '../support/people.ts'
import { createTestApp, overSocket, rest, type TestApp } from '../support/testApp.ts'
import { imageSettings } from './image.ts'
import { nginx, startBalancer } from './nginx.ts'

const deploy = join(import.meta.dirname, '../../deploy')
const image = await imageSettings()
const settingsFile = image.environment.GATEWAY_CONFIG ?? ''
const known = ['DATABASE_URL', 'ELASTIC_PASSWORD']

/** The configuration of the image with a settings file, as a container has it. */
async function configOf(settings: string, environment: Record<string, string>): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'manifests-'))
  try {
    const file = join(folder, 'gateway.yml')
    await writeFile(file, settings)
    return loadConfig({ ...image.environment, ...environment, GATEWAY_CONFIG: file })
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('deploy/compose.yaml', () => {
  interface Service {
    environment: Record<string, string>
    volumes: string[]
    command?: string[]
    depends_on: Record<string, unknown>
    read_only: boolean
    ports?: string[]
    profiles?: string[]
    networks: string[]
  }
  interface Compose {
    services: Record<string, Service>
    networks: { inside: { ipam: { config: [{ subnet: string }] } } }
  }
  let compose: Compose
  beforeAll(async () => {
    compose = parse(await readFile(join(deploy, 'compose.yaml'), 'utf8'), { merge: true }) as Compose
  })

  it('configures each gateway, and what migrates, alike and as the image takes it', async () => {
    for (const name of ['gateway-1', 'gateway-2', 'migrate']) {
      const { environment, volumes, read_only } = compose.services[name] ?? ({} as Service)
      const filled = Object.entries(environment).map(([variable, value]) => [
        variable,
        value.replace(/\$\{\w+:\?\}/, 's3cret'),
      ])
      expect(Object.keys(environment)).toEqual(known)
      const [mounted = ''] = volumes
      const [source = '', target] = mounted.split(':')
      expect({ target, read_only }).toEqual({ target: settingsFile, read_only: true })
      const settings = await readFile(join(deploy, source), 'utf8')
      const config = await configOf(settings, Object.fromEntries(filled) as Record<string, string>)
      expect(config).toMatchObject({
        host: '0.0.0.0',
        databaseUrl: 'postgres://gateway:s3cret@postgres/gateway',
      })
      expect(config.settings.proxies.trusted_proxies).toEqual([compose.networks.inside.ipam.config[0].subnet])
    }
  })

  it('names nothing that is not there', () => {
    for (const { depends_on: needed = {} } of Object.values(compose.services))
      expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(needed)))
  })

  it('can be reached from this machine alone, since its proxy has no TLS', () => {
    const published = Object.values(compose.services).flatMap(({ ports = [] }) => ports)
    expect(published.length).toBeGreaterThan(0)
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  describe('with the profile monitoring', () => {
    const monitoring = ['prometheus', 'grafana']
    const readYaml = async (path: string) => parse(await readFile(join(deploy, path), 'utf8')) as unknown
    /** Where a file of the repository is in a container. */
    const mountedAt = (service: string, file: string) =>
      compose.services[service]?.volumes
        .map((volume) => volume.split(':'))
        .find(([source]) => source === file)?.[1]

    it('alone has Prometheus and Grafana, without which no variable is needed', () => {
      for (const [name, { profiles }] of Object.entries(compose.services))
        expect(profiles, name).toEqual(monitoring.includes(name) ? ['monitoring'] : undefined)
      for (const name of monitoring) expect(JSON.stringify(compose.services[name])).not.toContain('${')
    })

    it('mounts files that are there, where the images look for them', async () => {
      for (const name of monitoring)
        for (const volume of compose.services[name]?.volumes ?? []) {
          const [source = ''] = volume.split(':')
          if (source.startsWith('.')) await readFile(join(deploy, source))
        }
      expect(mountedAt('prometheus', './compose/prometheus.yml')).toBe('/etc/prometheus/prometheus.yml')
      const { rule_files: rules } = (await readYaml('compose/prometheus.yml')) as { rule_files: string[] }
      expect(rules.map((file) => `/etc/prometheus/${file}`)).toEqual([
        mountedAt('prometheus', './prometheus-alerts.yml'),
      ])
      const provisioning = '/etc/grafana/provisioning'
      for (const kind of ['datasources', 'dashboards'])
        expect(mountedAt('grafana', `./compose/grafana/${kind}.yml`)).toBe(
          `${provisioning}/${kind}/profile-gateway.yml`,
        )
    })

    it('has Prometheus read every gateway, at the port that it has for that, on a network of both', async () => {
      const { metrics } = (await configOf(await readFile(join(deploy, 'compose/gateway.yml'), 'utf8'), {}))
        .settings
      expect(metrics.host).toBe('0.0.0.0')
      const gateways = Object.keys(compose.services).filter((name) => name.startsWith('gateway-'))
      const { scrape_configs } = (await readYaml('compose/prometheus.yml')) as {
        scrape_configs: { static_configs: { targets: string[] }[] }[]
      }
      const targets = scrape_configs.flatMap(({ static_configs }) =>
        static_configs.flatMap((one) => one.targets),
      )
      expect(targets).toEqual(gateways.map((name) => `${name}:${metrics.port}`))
      for (const name of gateways)
        expect(compose.services.prometheus?.networks).toEqual(
          expect.arrayContaining(compose.services[name]?.networks ?? ['none']),
        )
    })

    it('has Grafana ask that Prometheus, and show the dashboard', async () => {
      const { datasources } = (await readYaml('compose/grafana/datasources.yml')) as {
        datasources: { type: string; url: string; isDefault: boolean }[]
      }
      expect(datasources).toMatchObject([
        { type: 'prometheus', url: 'http://prometheus:9090', isDefault: true },
      ])
      const shared = compose.services.grafana?.networks.filter((one) =>
        compose.services.prometheus?.networks.includes(one),
      )
      expect(shared).not.toEqual([])
      const { providers } = (await readYaml('compose/grafana/dashboards.yml')) as {
        providers: [{ options: { path: string } }]
      }
      expect(mountedAt('grafana', './grafana-dashboard.json')).toBe(
        `${providers[0].options.path}/profile-gateway.json`,
      )
    })
  })

  const reason = nginx ? '' : ' (skipped: there is no nginx on this machine)'
  it.skipIf(!nginx)(`goes on through its proxy while one of the gateways is away${reason}`, async () => {
    const settings = 'proxies.trusted_proxies: [127.0.0.1]'
    const one = await createTestApp({ settings })
    // Nobody listens where the other one was.
    const proxy = await startBalancer([new URL(await one.app.listen()).host, '127.0.0.1:9'])
    try {
      const fetch = overSocket(proxy.url)
      await provision(fetch)
      const grant = { grant_type: 'password', ...jacknich }
      for (let n = 0; n < 4; n++) {
        const answer = await rest(fetch, 'POST', '/_security/profile/_activate', loginBackend, grant)
        expect(answer.body).toMatchObject({ uid: jacknichUid })
      }
    } finally {
      await proxy.close()
      await one.close()
    }
  })
})

describe('deploy/kubernetes.yaml', () => {
  interface Container {
    image: string
    args?: string[]
    env: { name: string }[]
    ports?: { name: string; containerPort: number }[]
    volumeMounts: { name: string; mountPath: string }[]
    securityContext: { readOnlyRootFilesystem: boolean }
    [probe: `${string}Probe`]: { httpGet: { path: string; port: string } }
  }
  interface Manifest {
    kind: string
    data: Record<string, string>
    spec: {
      template: { spec: { containers: [Container]; initContainers: [Container]; securityContext: object } }
      ports: { targetPort: string }[]
    }
  }
  let manifests: Map<string, Manifest>
  let containers: Container[]
  beforeAll(async () => {
    const documents = parseAllDocuments(await readFile(join(deploy, 'kubernetes.yaml'), 'utf8'))
    manifests = new Map(
      documents.map((document) => document.toJS() as Manifest).map((manifest) => [manifest.kind, manifest]),
    )
    const { spec } = manifests.get('Deployment')?.spec.template ?? {}
    containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
  })

  it('configures what it runs as the image takes it', async () => {
    expect(containers).toHaveLength(2)
    for (const { env, volumeMounts, securityContext } of containers) {
      expect(env.map(({ name }) => name)).toEqual(known)
      const { mountPath } = volumeMounts.find(({ name }) => name === 'config') ?? {}
      expect(`${mountPath ?? ''}/${Object.keys(manifests.get('ConfigMap')?.data ?? {}).join()}`).toBe(
        settingsFile,
      )
      expect(securityContext.readOnlyRootFilesystem).toBe(true)
    }
    const settings = manifests.get('ConfigMap')?.data['gateway.yml'] ?? ''
    const config = await configOf(settings, { DATABASE_URL: 'postgres://gateway@postgres/gateway' })
    expect(config.settings.proxies.trusted_proxies).toHaveLength(1)
  })

  it('runs it as the user of the image, at its port', () => {
    const { spec } = manifests.get('Deployment')?.spec.template ?? {}
    expect(spec?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: image.user })
    expect(containers[0]?.ports).toEqual([{ name: 'http', containerPort: Number(image.environment.PORT) }])
    expect(manifests.get('Service')?.spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http'])
  })

  describe('probes it', () => {
    let app: TestApp
    beforeAll(async () => {
      app = await createTestApp()
    })
    afterAll(() => app.close())

    it('at addresses that answer', async () => {
      const [gateway] = containers
      for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) {
        const { path = '' } = gateway?.[probe]?.httpGet ?? {}
        expect(path).toMatch(/^\/health\//)
        expect((await app.fetch(path)).status).toBe(200)
      }
    })
  })
})
