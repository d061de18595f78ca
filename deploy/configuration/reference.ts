import { inside, memberOf, settings, type Setting } from './settings.ts'

type Row = readonly [setting: string, value: string, otherwise: string, meaning: string]

/** `docs/configuration.md`, of which the table of the environment is the README's. */
export function reference(readme: string): string {
  const all = inside(settings())
  const [realms] = all.flatMap(([name, setting]) => (name === 'realms' ? [setting] : []))
  const groups = all.filter(([name]) => name !== 'realms')
  const types = inside(realms ?? {}).map(([type, setting]) => ({
    type,
    setting,
    realm: memberOf(setting) ?? {},
  }))
  return [
    ...['# Configuration', introduction],
    ...['## The environment', environmentIn(readme), environment],
    ...['## gateway.yml', howToWrite],
    ...groups.flatMap(([name, setting]) => [`### ${name}`, setting.description ?? '', table(setting)]),
    ...['## Realms', about(realms)],
    ...types.flatMap(({ type, setting, realm }) => [`### realms.${type}`, about(setting), table(realm)]),
    '',
  ].join('\n\n')
}

const introduction = `Every setting, with what it takes and its default. This page, [gateway.schema.json](../gateway.schema.json) and
[gateway.example.yml](../gateway.example.yml) are made from the code that reads the settings: \`npx vitest run --project sqlite
test/settings/generated.test.ts -u\` makes them again.`

const environment = `\`DATABASE_URL_FILE\` and \`ELASTIC_PASSWORD_FILE\` name a file that holds the value. A variable whose name is nearly
one of \`DATABASE_URL\`, \`ELASTIC_PASSWORD\` and \`GATEWAY_CONFIG\` gets a warning, unless that one is set. \`NODE_ENV\` is \`production\`, unless
it is set: otherwise libraries would look for mistakes of developers. The command line also takes \`GATEWAY_PASSWORD\` and
\`GATEWAY_API_KEY\`, or \`…_FILE\`: see [The command line](cli.md).`

const howToWrite = `To begin, \`cp gateway.example.yml gateway.yml\`: it has every setting with its default. Its first line names the schema, with which an
editor that has the YAML language server (in Visual Studio Code the extension _YAML_) completes names, explains them and marks mistakes.

- Names are nested or dotted, with Elasticsearch's prefix \`xpack.security.authc.\` or without: \`token.timeout: 20m\` is
  \`token: { timeout: 20m }\`.
- \`\${NAME}\` is a value of the environment, \`\${file:path}\` the content of a file, by its path from the folder of \`gateway.yml\`.
  Within braces and brackets, put them in quotes: \`metrics: { port: "\${METRICS_PORT}" }\`. Secrets cannot be written in any other way.
- A time is a whole number with \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`; a size a whole number with \`b\`, \`kb\`, \`mb\` or \`gb\`; \`0\` needs no unit. A list
  may be one text with commas. A name with nothing after it counts as left out, unless it says whom a realm lets in or trusts.
- Mistakes end the start with exit code 78; the message has all of them, with their lines, and for many a misspelt name the likely one. An editor sees fewer: that a required setting is
  missing, or that two do not go together, is found when the gateway starts, or by \`npm run cli -- doctor\`.

[Operations](operations.md), [Throttling](throttling.md), [Realms](realms.md), [Audit log](audit.md), [Metrics](metrics.md) and
[Logins in the browser](browser.md) say when to change what.`

function environmentIn(readme: string): string {
  const [found] = /^\| environment .*(\n\|.*)+/m.exec(readme) ?? []
  if (found === undefined) throw new Error('the README has no table of the environment')
  return found
}

function about(setting: Setting | undefined): string {
  return setting?.description ?? ''
}

function table(group: Setting): string {
  const head = ['| setting | value | default | meaning |', '| --- | --- | --- | --- |']
  const rows = rowsOf(memberOf(group) ?? group, memberOf(group) ? '<name>.' : '')
  return [
    ...head,
    ...rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
  ].join('\n')
}

function rowsOf(group: Setting, within: string): Row[] {
  return inside(group).flatMap(([name, setting]): Row[] => {
    const full = `${within}${name}`
    if (setting.properties) return [[`\`${full}\``, '', '', about(setting)], ...rowsOf(setting, `${full}.`)]
    const isRequired = group.required?.includes(name) === true
    return [[`\`${full}\``, valueOf(setting), defaultOf(setting, isRequired), about(setting)]]
  })
}

function valueOf({ expected, enum: words, const: fixed }: Setting): string {
  if (fixed !== undefined) return `\`${String(fixed)}\``
  return expected ?? words?.map((word) => `\`${String(word)}\``).join(', ') ?? ''
}

function defaultOf({ default: value }: Setting, isRequired: boolean): string {
  if (value === undefined) return isRequired ? 'required' : 'none'
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}
