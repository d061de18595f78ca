import { z } from 'zod'
import { jwtRealm, type JwtRealmSettings } from './jwtRealm.ts'
import { realmProblems } from './realmProblems.ts'
import type { SettingsFile } from './settingsFile.ts'
import { order, yesOrNo } from './value.ts'

const nativeRealm = z.strictObject({
  /** The place in the chain: realms are asked in ascending order. */
  order,
  enabled: yesOrNo().default(true),
})

/** The native realm that is there without being named: it comes before all that are. */
const implicit = { native: { order: -Infinity, enabled: true } }

/** What can prove users, by type and name. */
export function realms(file: Pick<SettingsFile, 'folder' | 'originOf'>) {
  return z
    .strictObject({
      native: z
        .record(z.string(), nativeRealm)
        .refine((named) => Object.keys(named).length <= 1, { error: 'there can be only one native realm' })
        .transform((named) => (Object.keys(named).length > 0 ? named : implicit))
        .default(implicit),
      jwt: z
        .record(z.string(), z.unknown())
        .transform((named, context) => {
          const parsed = Object.entries(named).map(([name, settings]): [string, JwtRealmSettings] => {
            const { data, error } = jwtRealm({ type: 'jwt', name, file }).safeParse(settings)
            for (const issue of error?.issues ?? []) {
              context.issues.push({ ...issue, path: [name, ...issue.path], input: settings } as never)
            }
            // What is wrong in itself still has a name and an order that others may have.
            return [name, data ?? (settings as JwtRealmSettings)]
          })
          return Object.fromEntries(parsed)
        })
        .prefault({}),
    })
    .superRefine(
      (named, context) => {
        for (const [path, message] of realmProblems(named)) {
          context.addIssue({ code: 'custom', path: [...path], message })
        }
      },
      { when: () => true },
    )
    .prefault({})
}
