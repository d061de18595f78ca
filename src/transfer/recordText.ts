import type { TransferRecord } from './record.ts'

/** The first line of an export. */
export const header = { format: 'profile-gateway', version: 1 } as const

/** A record as a line of an export, always the same for the same record: members of documents are sorted. */
export function recordText(record: TransferRecord): string {
  return JSON.stringify({ kind: record.kind, ...fieldsOf(record) })
}

function fieldsOf({ kind, thing }: TransferRecord): object {
  if (kind === 'role_mapping') {
    const { name, enabled, roles, roleTemplates, rules, metadata } = thing
    const role_templates = roleTemplates.map(({ source, format }) => ({ template: { source }, format }))
    return { name, enabled, roles, role_templates, rules: sorted(rules), metadata: sorted(metadata) }
  }
  if (kind === 'role') {
    const { name, cluster, indices, applications, runAs, global, metadata, description } = thing
    return {
      name,
      cluster,
      indices: sorted(indices),
      applications: sorted(applications),
      run_as: runAs,
      global: sorted(global),
      metadata: sorted(metadata),
      description,
    }
  }
  if (kind === 'user') {
    const { username, passwordHash, roles, fullName, email, metadata, enabled } = thing
    return {
      username,
      password_hash: passwordHash,
      roles,
      full_name: fullName,
      email,
      metadata: sorted(metadata),
      enabled,
    }
  }
  const { uid, enabled, lastSynchronized, user, labels, data, seqNo } = thing
  const { username, roles, realm, email, fullName } = user
  return {
    uid,
    enabled,
    last_synchronized: lastSynchronized,
    user: { username, roles, realm, email, full_name: fullName },
    labels: sorted(labels),
    data: sorted(data),
    seq_no: seqNo,
  }
}

/** The databases keep the members of objects in different orders. */
function sorted<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted) as T
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(members.map(([name, inner]) => [name, sorted(inner as unknown)])) as T
}
