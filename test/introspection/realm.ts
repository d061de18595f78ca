// What is pasted into `gateway.yml` for a realm that asks a server.

/** Settings by their names, as they are written; null is none. */
type Written = Readonly<Record<string, string | null>>

/** A realm that asks at an address, as an application that has a secret, of which `SECRET` in the environment is. */
export function asking(issuer: string, endpoint: string, changes: Written = {}, name = 'opaque'): string {
  const settings: Written = {
    order: '1',
    'op.issuer': issuer,
    'op.introspection_endpoint': `"${endpoint}"`,
    'rp.client_id': 'gateway',
    'rp.client_secret': '${SECRET}',
    allowed_audiences: '[gateway]',
    'claims.principal': 'sub',
    'claims.name': 'name',
    'claims.mail': 'email',
    'claims.groups': 'roles',
    ...changes,
  }
  return Object.entries(settings)
    .flatMap(([setting, value]) =>
      value === null ? [] : `realms.introspection.${name}.${setting}: ${value}\n`,
    )
    .join('')
}
