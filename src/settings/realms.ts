import { z } from 'zod'
import { jwtRealm, type JwtRealmSettings } from './jwtRealm.ts'
import type { SettingsFile } from './settingsFile.ts'
import { order, yesOrNo } from './value.ts'

const nativeRealm = z.strictObject({
  /** The place in the chain: realms are asked in ascending order. */
  order,
  enabled: yesOrNo().default(true),
})

/** What can prove users, by type and name. The native realm is there without being named, as `native`. */
export function realms(file: Pick<SettingsFile, 'folder' | 'originOf'>) {
  return (
    z
      .strictObject({
        native: z
          .record(z.string(), nativeRealm)
          .refine((named) => Object.keys(named).length <= 1, { error: 'there can be only one native realm' })
          .optional(),
        jwt: z
          .record(z.string(), z.unknown())
          .transform((named, context) => {
            const parsed = Object.entries(named).flatMap(([name, settings]): [string, JwtRealmSettings][] => {
              const { data, error } = jwtRealm({ type: 'jwt', name, file }).safeParse(settings)
              for (const issue of error?.issues ?? []) {
                context.issues.push({ ...issue, path: [name, ...issue.path], input: settings } as never)
              }
              return data ? [[name, data]] : []
            })
            return Object.fromEntries(parsed)
          })
          .prefault({}),
      })
      // An implicit native realm has no order that could be taken.
      .superRefine(({ native, jwt }, context) => {
        const all = [
          ...Object.entries(native ?? {}).map(([name, settings]) => ({ type: 'native', name, ...settings })),
          ...Object.entries(jwt).map(([name, settings]) => ({ type: 'jwt', name, ...settings })),
        ]
        for (const { type, name, order: place, enabled } of all) {
          const others = all.filter((other) => other.name !== name || other.type !== type)
          const problem = (setting: string[], message: string) => {
            context.addIssue({ code: 'custom', path: [type, name, ...setting], message })
          }
          if (name.startsWith('_') || name === 'reserved') problem([], 'a realm cannot have this name')
          if (others.some((other) => other.name === name)) problem([], 'another realm has this name')
          const isTaken = others.some((other) => other.enabled && other.order === place)
          if (enabled && isTaken) problem(['order'], 'another realm has this order')
        }
        const natives = native ? Object.keys(native) : ['native']
        for (const [name, { authorization_realms: others = [] }] of Object.entries(jwt)) {
          for (const other of others.filter((one) => !natives.includes(one))) {
            const message = `configured authorization realm [${other}] does not exist (or is not enabled), or is not native`
            context.addIssue({ code: 'custom', path: ['jwt', name, 'authorization_realms'], message })
          }
        }
      })
      .transform(({ native = { native: { order: 0, enabled: true } }, jwt }) => ({ native, jwt }))
      .prefault({})
  )
}
