import { z } from 'zod'
import type { SettingsFile } from './settingsFile.ts'

/** Where the settings of a realm stand. */
export interface RealmPlace {
  readonly type: string
  readonly name: string
  readonly file: Pick<SettingsFile, 'folder' | 'originOf'>
}

/** A secret, and the file that it comes from, if it does. */
export interface Secret {
  readonly value: string
  readonly file: string | null
}

/** The full name of a setting, as Elasticsearch's messages have it. */
export function keyOf({ type, name }: Pick<RealmPlace, 'type' | 'name'>, setting: string): string {
  return `xpack.security.authc.realms.${type}.${name}.${setting}`
}

/** What a setting of a realm may be, each kind with Elasticsearch's text for what it may not. Source: spec 5.1. */
export function realmSetting(place: RealmPlace) {
  const key = (setting: string) => keyOf(place, setting)

  function text(setting: string) {
    return z
      .preprocess(
        (given) => (['number', 'boolean'].includes(typeof given) ? String(given) : given),
        z.string({ error: `Missing text for [${key(setting)}].` }),
      )
      .refine((given) => given.trim() !== '', `Invalid empty value for [${key(setting)}].`)
      .meta({ type: ['string', 'number', 'boolean'], pattern: '\\S', expected: 'text' })
  }

  /** A list, or one text with commas. */
  function texts(setting: string) {
    const error = `Invalid empty list for [${key(setting)}].`
    return z
      .preprocess(
        (given) => {
          if (typeof given === 'string') return given.split(',').map((one) => one.trim())
          return ['number', 'boolean'].includes(typeof given) ? [given] : given
        },
        z.array(text(setting), { error }).min(1, error),
      )
      .meta({ type: ['array', 'string', 'number', 'boolean'], expected: 'a list of texts' })
  }

  /** One of a few words, in any case. */
  function choice<const Word extends string>(setting: string, words: readonly Word[]) {
    return text(setting)
      .transform((given, context) => {
        const word = words.find((one) => one === given.toLowerCase())
        if (word !== undefined) return word
        context.addIssue(
          `Invalid value [${given}] for [${key(setting)}], allowed values are [${words.join()}]`,
        )
        return z.NEVER
      })
      .meta({ type: 'string', enum: words, pattern: inAnyCase(words), expected: undefined })
  }

  function secret(setting: string) {
    return text(setting)
      .transform((value, context): Secret => {
        const origin = place.file.originOf(['realms', place.type, place.name, ...setting.split('.')])
        if (origin.kind !== 'text') return { value, file: origin.kind === 'file' ? origin.file : null }
        context.addIssue('a secret does not stand in the file itself: expected ${NAME} or ${file:path}')
        return { value: '', file: null }
      })
      .meta({ type: 'string', pattern: '^\\$\\{[^}]*\\}$', expected: 'a secret, as ${NAME} or ${file:path}' })
  }

  return { text, texts, choice, secret }
}

/** A regular expression of words: JSON Schema has none that are in any case. */
function inAnyCase(words: readonly string[]): string {
  const letters = words.join('|').replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)
  return `^(${letters})$`
}
