import { sqltag as sql } from '@prisma/client/runtime/client'
import type { RoleMappingModel } from '../../prisma/generated/sqlite/models.ts'
import type { RoleMapping } from '../authorization/mappings/roleMapping.ts'
import type { RoleMappingRepository } from '../authorization/mappings/roleMappingRepository.ts'
import { byName } from './byName.ts'
import type { Connected } from './client.ts'
import { epochOut } from './cluster.ts'
import { objectOut } from './json.ts'
import { putDefinition } from './putDefinition.ts'

/** Keeps role mappings in the table `role_mappings`. */
export function createRoleMappingRepository(connected: Connected): RoleMappingRepository {
  const { client, prepare } = connected
  const { roleMapping: mappings } = client
  // The epoch comes even where there is no role mapping.
  const readDefinitions = prepare<{ securityEpoch: bigint } & (Row | { name: null })>(sql`
    SELECT "securityEpoch", "name", "definition" FROM "cluster" LEFT JOIN "role_mappings" ON 1 = 1 WHERE "id" = 1`)
  return {
    async definitions() {
      const rows = await readDefinitions('')
      return {
        securityEpoch: epochOut(rows[0]?.securityEpoch),
        mappings: rows.flatMap((row) => (row.name === null ? [] : mappingOf(row))),
      }
    },

    async list(names) {
      const where = names ? { name: { in: [...new Set(names)] } } : {}
      // Prisma asks for many names in several statements, which no database can sort.
      return (await mappings.findMany({ where })).map(mappingOf).sort(byName(({ name }) => name))
    },

    put: (mapping, room) => putDefinition(connected, 'role_mappings', mapping, room),

    async delete(name) {
      const { count } = await mappings.deleteMany({ where: { name } })
      return count > 0
    },
  }
}

type Row = Omit<RoleMappingModel, 'revision'>

export function mappingOf({ name, definition }: Row): RoleMapping {
  return { ...(objectOut(definition) as unknown as Omit<RoleMapping, 'name'>), name }
}
