import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './page.ts'
import { walk, type Walk } from './walk.ts'

const walks: readonly Walk[] = [
  {
    pages: [
      'README.md',
      ...[
        'metrics',
        'realms',
        'browser',
        'kibana',
        'deploying',
        'import',
        'audit',
        'architecture',
        'differences',
        'security',
        'performance',
        'throttling',
        'README',
      ].map((name) => `docs/${name}.md`),
    ],
    notRun: {
      'npm ci && npm test': 'it is what runs this test',
      'npx profile-gateway serve --workers 4': 'it needs PostgreSQL; cli/workers.test.ts serves so',
      "npm run --silent bench -- --only '^JWT remembered, writing' --rounds 1 > report.md # 3 minutes":
        'it takes minutes; bench/ has tests of its own',
      'npm i --no-save @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto':
        'the tests have another SDK, which metrics/spans.test.ts runs',
      'POST /_security/profile/_activate': 'a figure, which metrics/spans.test.ts holds',
      "curl -u 'login-backend:app-s3cret-p@ss' http://127.0.0.1:4000/_security/api_key -H 'content-type: application/json' \\":
        'its user lacks the privilege that the text asks for; elasticsearch/apiKeys.test.ts makes keys so',
      'Kibana, clients ──► nginx ──┬─ /_security/profile/…  ──►  gateway ──► its database': 'a figure',
      'npm pack': 'deploy/package.test.ts does it, since it takes long',
      'npm install ./profile-gateway-0.1.0.tgz': 'deploy/package.test.ts does it',
      'docker build -f deploy/Dockerfile -t profile-gateway .':
        'it needs Docker; deploy/image.test.ts does without it what the file says',
      'docker run --read-only --tmpfs /tmp -v gateway-data:/data -v ./gateway.yml:/etc/profile-gateway/gateway.yml:ro \\':
        'it needs Docker; deploy/image.test.ts starts what would be in the image',
      'docker compose -f deploy/compose.yaml up --build --wait':
        'it needs Docker; deploy/manifests.test.ts sees what it would start',
      '[Unit]': 'it is for systemd',
      'profile-gateway export -o gateway.ndjson           # all of it; --kinds users,profiles for a part':
        'transferCommands.test.ts runs these, with the gateway stopped',
      '{"kind":"user","username":"jacknich","password_hash":"$2a$10$…","roles":["admin"]}':
        'lines of a file; transfer/ has such files',
      'umask 077        # password hashes, and es.netrc: machine es.example.com login elastic password …':
        'it reads a cluster, which no test has; transfer/fromCluster.test.ts imports what it would print',
      "DATABASE_URL=file:./data/gateway.db profile-gateway export | DATABASE_URL='postgres://…' profile-gateway import":
        'the test of docs/getting-started.md does it',
      '{ "@timestamp": "2027-01-15T08:00:00.000Z",': 'audit/documented.test.ts holds it',
      'src/': 'a figure',
      'users                      door                     an answer, ms       largest Δ, µs  ±      largest t  fewest guesses':
        'what `npm run timing` has measured',
    },
  },
]

/** Pages that are not walked here, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  'getting-started.md': 'gettingStarted.test.ts walks it',
  'rest-clients.md': 'clients.test.ts walks it',
  'frontends.md': 'clients.test.ts walks it',
  'cli.md': 'cliDocumented.test.ts runs it',
  'configuration.md': 'it is made from the settings themselves',
  'operations.md': 'operations.test.ts walks it',
}

describe('what pages say to do', { timeout: 120_000 }, () => {
  it.each(walks.map((one) => [one.pages.join(', '), one] as const))(
    'works, from top to bottom, with the answers that they show: %s',
    (_, one) => walk(one),
  )

  it('is seen by a test, whichever page it is', async () => {
    const walked = walks.flatMap(({ pages }) => pages)
    const pages = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'))
    for (const page of pages.filter((name) => !(name in elsewhere))) expect(walked).toContain(`docs/${page}`)
  })
})
