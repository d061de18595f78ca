import { expect, it } from 'vitest'
import { startPostgres } from '../support/postgres.ts'
import { walk } from './walk.ts'

it(
  'docs/operations.md leads from SQLite to gateways that may not change tables',
  { timeout: 60_000 },
  async () => {
    const postgres = await startPostgres()
    try {
      await walk({
        // There is then something to take along.
        after: 'docs/getting-started.md',
        pages: ['docs/operations.md'],
        ports: { 5432: Number(new URL(postgres.url()).port) },
        sql: (statement) =>
          /^CREATE (ROLE|DATABASE)/.test(statement)
            ? postgres.query(statement)
            : postgres.query(`SET ROLE owner; ${statement}`, 'profiles'),
        notRun: {
          'large_client_header_buffers 4 32k;':
            'deploy/nginx.test.ts sees that these lines are in deploy/nginx.conf',
        },
        async atTheEnd({ shell, ports }) {
          const { out } = await shell.run(
            `curl -u 'login-backend:app-s3cret-p@ss' http://127.0.0.1:${await ports.of('4000')}/_security/_authenticate`,
          )
          expect(JSON.parse(out)).toMatchObject({ username: 'login-backend', roles: ['profile_activator'] })
        },
      })
    } finally {
      await postgres.close()
    }
  },
)
