import { stringify } from 'yaml'
import { inside, memberOf, settings, type Setting } from './settings.ts'

type Example = Readonly<Record<string, unknown>>

/** What is named as one likes, and what goes together: defaults are no example of it. */
const examples: Record<string, Example> = {
  native: { native: { order: 0, enabled: true, self_activation: false } },
  jwt: {
    corp: {
      order: 1,
      token_type: 'access_token',
      allowed_issuer: 'https://idp.example.com/',
      allowed_audiences: ['gateway'],
      allowed_subject_patterns: ['*'],
      allowed_signature_algorithms: ['RS256', 'ES256'],
      pkc_jwkset_path: 'https://idp.example.com/jwks',
      claims: { principal: 'sub', groups: 'groups', mail: 'email', name: 'name' },
      client_authentication: { type: 'none' },
    },
  },
  elasticsearch: {
    main: { order: 2, hosts: ['https://es1.example.com:9200'], cache: { ttl: '60s' } },
  },
  introspection: {
    oauth: {
      order: 3,
      op: {
        issuer: 'https://oauth.example.com',
        introspection_endpoint: 'https://oauth.example.com/oauth/v2/introspect',
      },
      rp: { client_id: 'profile-gateway', client_secret: '${OAUTH_CLIENT_SECRET}' },
      allowed_audiences: ['profile-gateway'],
      claims: { principal: 'sub', mail: 'email', name: 'name' },
    },
  },
  domains: {
    staff: { realms: ['native', 'corp'], uid_generation: { literal_username: true, suffix: 'staff' } },
  },
}

const opening = `# yaml-language-server: $schema=gateway.schema.json
#
# Every setting of profile-gateway: cp gateway.example.yml gateway.yml, and keep gateway.schema.json beside it, so that
# an editor completes and checks it. A # and one blank begin what tells of the next line. Any other # keeps back a setting
# with its default: take it away, and change the value. Realms and domains are examples; docs/configuration.md has all
# settings of realms.
`

/** `gateway.example.yml`: each setting with what it means. Without its marks (each `#` before anything but one blank) all of it is valid. */
export function exampleFile(): string {
  const groups = inside(settings()).map(([name, setting]) => linesOf(name, setting, 0).join('\n'))
  return `${[opening.trimEnd(), ...groups].join('\n\n')}\n`
}

function linesOf(name: string, setting: Setting, depth: number): string[] {
  const told = comment(aboutOf(setting), depth)
  const member = memberOf(setting)
  if (member)
    return [...told, `${indent(depth)}${name}:`, ...namedLines(member, examples[name] ?? {}, depth + 1)]
  const inner = inside(setting)
  if (inner.length > 0)
    return [
      ...told,
      `${indent(depth)}${name}:`,
      ...inner.flatMap(([one, its]) => linesOf(one, its, depth + 1)),
    ]
  const [example] = setting.examples ?? []
  const value = setting.default === undefined ? example : setting.default
  return [...told, `${indent(depth)}#${name}: ${written(value)}`]
}

/** What is named as one likes, by its names, all of it kept back. */
function namedLines(member: Setting, named: Example, depth: number): string[] {
  return Object.entries(named)
    .flatMap(([name, values]) => [`${name}:`, ...chosenLines(member, values as Example, 1)])
    .map((line) => `${indent(depth)}#${line}`)
}

/** Of a group those settings that have a value. */
function chosenLines(group: Setting, values: Example, depth: number): string[] {
  const known = Object.fromEntries(inside(group))
  return Object.entries(values).flatMap(([name, value]) => {
    const setting = known[name]
    if (!setting) throw new Error(`there is no setting ${name}`)
    const told = comment(setting.description ?? '', depth)
    if (setting.properties)
      return [...told, `${indent(depth)}${name}:`, ...chosenLines(setting, value as Example, depth + 1)]
    return [...told, `${indent(depth)}${name}: ${written(value)}`]
  })
}

function aboutOf({ default: value, description = '', examples: given }: Setting): string {
  return value === undefined && given ? `${description} Not set by default.` : description
}

function written(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trimEnd()
}

function indent(depth: number): string {
  return '  '.repeat(depth)
}

/** A comment in lines of at most 110 characters. */
function comment(text: string, depth: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    const longer = `${last ?? `${indent(depth)}#`} ${word}`
    if (last === undefined || longer.length > 110) lines.push(`${indent(depth)}# ${word}`)
    else lines[lines.length - 1] = longer
  }
  return lines
}
