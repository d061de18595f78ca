import { sqltag as sql } from '@prisma/client/runtime/client'
import type { RoleModel } from '../../prisma/generated/sqlite/models.ts'
import type { Role } from '../authorization/role.ts'
import type { RoleRepository } from '../authorization/roleRepository.ts'
import { byName } from './byName.ts'
import type { Connected } from './client.ts'
import { epochOut } from './cluster.ts'
import { objectOut } from './json.ts'
import { putDefinition } from './putDefinition.ts'

/** Keeps roles in the table `roles`. */
export function createRoleRepository(connected: Connected): RoleRepository {
  const { client, prepare } = connected
  const { role: roles } = client
  // The epoch comes even where there is no role.
  const readDefinitions = prepare<{ securityEpoch: bigint } & (Row | { name: null })>(sql`
    SELECT "securityEpoch", "name", "definition" FROM "cluster" LEFT JOIN "roles" ON 1 = 1 WHERE "id" = 1`)
  return {
    async definitions() {
      const rows = await readDefinitions('')
      const stored = rows.flatMap((row) => (row.name === null ? [] : roleOf(row)))
      return {
        securityEpoch: epochOut(rows[0]?.securityEpoch),
        roles: new Map(stored.map((role) => [role.name, role])),
      }
    },

    async list(names) {
      const where = names ? { name: { in: [...new Set(names)] } } : {}
      // Prisma asks for many names in several statements, which no database can sort.
      return (await roles.findMany({ where })).map(roleOf).sort(byName((role) => role.name))
    },

    put: (role, room) => putDefinition(connected, 'roles', role, room),

    async delete(name) {
      const { count } = await roles.deleteMany({ where: { name } })
      return count > 0
    },
  }
}

type Row = Omit<RoleModel, 'revision'>

export function roleOf({ name, definition }: Row): Role {
  return { ...(objectOut(definition) as unknown as Omit<Role, 'name'>), name }
}
