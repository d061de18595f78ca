import { z } from 'zod'
import { allowedOperations } from './allowedOperations.ts'
import { audit } from './audit.ts'
import { cors } from './cors.ts'
import { domainProblems, domains, resolvedDomains } from './domains.ts'
import { http } from './http.ts'
import { metrics } from './metrics.ts'
import { proxies } from './proxies.ts'
import { realms } from './realms.ts'
import type { SettingsFile } from './settingsFile.ts'
import { throttle } from './throttle.ts'
import { tls } from './tls.ts'
import { duration, durationFrom, integer, size, yesOrNo } from './value.ts'

const timeout = durationFrom(1, 3_600_000, 'more than 0 and at most 1h')

const alwaysTrue = "Always true: Elasticsearch's setting, so that it can be pasted."

/** `gateway.yml`. Each setting has the default that it has without the file. */
export const settingsSchema = (file: Pick<SettingsFile, 'folder' | 'originOf'>) =>
  z
    .strictObject({
      realms: realms(file),
      domains,
      activation: z
        .strictObject({
          unchanged_grace: duration
            .prefault('30s')
            .describe('How long after an activation an equal one writes nothing.'),
        })
        .prefault({})
        .describe('How profiles are activated.'),
      token: z
        .strictObject({
          enabled: z
            .literal(true, { error: 'expected true: the token service is always there' })
            .optional()
            .meta({ description: alwaysTrue, examples: [true] }),
          timeout: durationFrom(1_000, 3_600_000, 'at least 1s and at most 1h')
            .prefault('20m')
            .describe('How long an access token is valid.'),
          revoke_on_reuse: yesOrNo()
            .default(true)
            .describe(
              'Whether a refresh token that is used again, later, ends everything that came from its login.',
            ),
        })
        .prefault({})
        .describe("The gateway's own tokens."),
      api_key: z
        .strictObject({
          enabled: z
            .literal(true, { error: 'expected true: API keys are always there' })
            .optional()
            .meta({ description: alwaysTrue, examples: [true] }),
          delete: z
            .strictObject({
              retention_period: duration
                .prefault('7d')
                .describe('How long a key is kept after it has expired or was invalidated.'),
            })
            .prefault({})
            .describe('When keys that have ended are removed.'),
        })
        .prefault({})
        .describe('Keys of programs that call the gateway.'),
      profile: z
        .strictObject({
          max_size: size
            .prefault('10mb')
            .describe(
              'The maximum size of labels and data of a profile together, as JSON with all digits of numbers.',
            ),
        })
        .prefault({})
        .describe('What profiles may hold.'),
      database: z
        .strictObject({
          pool_size: integer(1, 1_000)
            .default(10)
            .describe('How many connections one gateway keeps at most.'),
          connection_timeout: timeout
            .prefault('5s')
            .describe('How long to wait until a connection is made, or free.'),
          statement_timeout: timeout.prefault('10s').describe('How long one statement may take.'),
          prepared_statements: yesOrNo()
            .default(true)
            .describe(
              'Whether connections prepare statements that are made again and again; `false` for a pooler in transaction mode that does not support it.',
            ),
          migrate: z
            .enum(['by_command', 'on_start'], { error: 'expected by_command or on_start' })
            .default('by_command')
            .describe(
              'Who migrates a database that is not empty: `profile-gateway migrate`, or whichever gateway starts first.',
            ),
        })
        .prefault({})
        .describe('How PostgreSQL is used; SQLite has none of these settings.'),
      http,
      tls: tls(file.folder),
      proxies,
      graphql: z
        .strictObject({
          max_content_length: size
            .prefault('1mb')
            .describe('The largest body at `/graphql`; not more than `http.max_content_under_way`.'),
          allowed_operations: allowedOperations(file.folder),
        })
        .prefault({})
        .describe('What `/graphql` takes.'),
      cors,
      throttle,
      audit: audit(file),
      metrics,
    })
    .superRefine(
      ({ domains: named, realms: byType }, context) => {
        for (const [domain, message] of domainProblems(named, byType))
          context.addIssue({ code: 'custom', path: ['domains', domain, 'realms'], message })
      },
      { when: () => true },
    )
    .refine(({ graphql, http: { max_content_under_way: all } }) => graphql.max_content_length <= all, {
      path: ['graphql', 'max_content_length'],
      error: 'expected at most http.max_content_under_way',
    })
    .transform((settings) => ({ ...settings, domains: resolvedDomains(settings.domains, settings.realms) }))
