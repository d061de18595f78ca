import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BuiltGateway } from './test/support/builtGateway.ts'
import { ClosingLine } from './test/support/closingLine.ts'
import { LongestFirst } from './test/support/longestFirst.ts'

/** The suites that open a database: they run on each kind of it. */
const onEveryDatabase = [
  'audit/{authentications,failing,useCases}.test.ts',
  'authentication/{caller,hashCensus,native,prove,superuser}.test.ts',
  'authentication/{apiKeys,tokens}',
  'authentication/throttle/atOnce.test.ts',
  'authorization/{atOnce,authorize,roles}.test.ts',
  'authorization/mappings/{mappedRoles,roleMappings}.test.ts',
  'cluster/{namesakes,proven}.test.ts',
  'conformance',
  'doctor.test.ts',
  'elasticsearch',
  'graphql',
  'http/{health,server}.test.ts',
  'introspection/login.test.ts',
  'jwt',
  'metrics/dashboard.test.ts',
  'migrateCommand.test.ts',
  'oidc',
  'operatorCommands.test.ts',
  'profile',
  'realms',
  'security/canary.test.ts',
  'storage/contract',
  'storage/migrate.test.ts',
  'storage/previousRelease.test.ts',
  'story',
  'transfer',
  'transferCommands.test.ts',
]

/** Those in these folders that see nothing of the database: requests, tokens and servers of others, refused or read. */
const onSqliteAlone = [
  'test/**/*.browser.test.ts',
  'test/conformance/overSocket.test.ts',
  'test/elasticsearch/naughtyRequests.test.ts',
  'test/graphql/{cors,graphiql,limits,nesting,overHttp,schema,typedClient}.test.ts',
  'test/jwt/{attacks,clients,guesses,mutations,noKeys,severalRealms}.test.ts',
  'test/oidc/outage.test.ts',
  'test/profile/{filterData,uid}.test.ts',
  'test/realms/{currentRealms,reload}.test.ts',
  'test/transfer/splitter.test.ts',
]

/** The suites that are about PostgreSQL alone. */
const onPostgresql = [
  'test/cli/workers.test.ts',
  'test/http/answerTimeoutPostgres.test.ts',
  'test/metrics/prometheus.test.ts',
  'test/migrateCommandPostgres.test.ts',
  'test/authentication/throttle/*Postgres.test.ts',
  'test/storage/postgresql.test.ts',
  'test/storage/*Postgres.test.ts',
  'test/profile/*Postgres.test.ts',
  'test/crash/*Postgres.test.ts',
  'test/transfer/*Postgres.test.ts',
]

const projects: Record<string, TestProjectInlineConfiguration> = {
  sqlite: {
    extends: true,
    test: {
      name: 'sqlite',
      include: ['test/**/*.test.ts'],
      exclude: onPostgresql,
      env: { TEST_DATABASE: 'sqlite' },
      globalSetup: 'test/support/sqliteForAll.ts',
    },
  },
  postgresql: {
    extends: true,
    test: {
      name: 'postgresql',
      include: [
        ...onPostgresql,
        'test/crash/killedGateway.test.ts',
        ...onEveryDatabase.map((path) => `test/${path}${path.endsWith('.ts') ? '' : '/**/*.test.ts'}`),
      ],
      exclude: onSqliteAlone,
      env: { TEST_DATABASE: 'postgresql' },
      globalSetup: 'test/support/postgresForAll.ts',
    },
  },
}

/** `DATABASES=sqlite` narrows what the suites run on. */
const chosen = process.env.DATABASES?.split(',') ?? Object.keys(projects)

export default defineConfig({
  resolve: {
    // The copy that Node itself takes, and so every library: two would not know each other's types and errors.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  test: {
    // What a file imports is loaded once by each worker, which costs more than most files do. Each leaves nothing behind.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What comes soon comes late on a machine that does much else.
    expect: { poll: { timeout: 10_000 } },
    // Many suites wait for processes and servers: more of them at once than there are cores.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new ClosingLine(), new BuiltGateway()],
    projects: chosen.map((name) => {
      const project = projects[name]
      if (!project) throw new Error(`DATABASES names ${name}: expected ${Object.keys(projects).join(' or ')}`)
      return project
    }),
  },
})
