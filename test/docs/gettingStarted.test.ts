import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { nginx } from '../deploy/nginx.ts'
import { startPostgres } from '../support/postgres.ts'
import { walk } from './walk.ts'

const reason = nginx ? '' : ' (skipped: there is no nginx on this machine)'

it.skipIf(!nginx)(
  `docs/getting-started.md leads to two gateways on PostgreSQL, with a JWT realm, which Prometheus can read${reason}`,
  { timeout: 60_000 },
  async () => {
    const postgres = await startPostgres()
    try {
      await walk({
        pages: ['docs/getting-started.md'],
        ports: { 5432: Number(new URL(postgres.url()).port) },
        sql: (statement) => postgres.query(statement),
        notRun: {
          'prometheus --config.file=prometheus.yml --storage.tsdb.path=prometheus-data':
            'it is on few machines; here the test reads what it would read',
          'umask 077': 'it needs Docker; deploy/manifests.test.ts sees what Compose would start',
        },
        async atTheEnd({ folder }) {
          const settings = parse(await readFile(join(folder, 'prometheus.yml'), 'utf8')) as {
            rule_files: [string]
            scrape_configs: [{ static_configs: [{ targets: string[] }] }]
          }
          expect(await readFile(join(folder, settings.rule_files[0]), 'utf8')).toContain('alert: ')
          const { targets } = settings.scrape_configs[0].static_configs[0]
          expect(targets).toHaveLength(2)
          for (const target of targets) {
            const metrics = await (await fetch(`http://${target}/metrics`)).text()
            expect(metrics).toContain('profile_gateway_build_info')
          }
        },
      })
    } finally {
      await postgres.close()
    }
  },
)
