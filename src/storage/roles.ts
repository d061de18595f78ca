import type { PrismaClient } from '../../prisma/generated/sqlite/client.ts'
import type { RoleModel } from '../../prisma/generated/sqlite/models.ts'
import type { Role } from '../authorization/role.ts'
import type { RoleRepository } from '../authorization/roleRepository.ts'
import { byName } from './byName.ts'
import { jsonIn, objectOut } from './json.ts'

/** Keeps roles in the table `roles`. */
export function createRoleRepository({ role: roles }: PrismaClient): RoleRepository {
  return {
    async find(name) {
      const row = await roles.findUnique({ where: { name } })
      return row && roleOf(row)
    },

    async list(names) {
      const where = names ? { name: { in: [...new Set(names)] } } : {}
      // Prisma asks for many names in several statements, which no database can sort.
      return (await roles.findMany({ where })).map(roleOf).sort(byName((role) => role.name))
    },

    async put({ name, ...role }) {
      const definition = jsonIn(role)
      const { revision } = await roles.upsert({
        where: { name },
        create: { name, definition, revision: 1 },
        update: { definition, revision: { increment: 1 } },
        select: { revision: true },
      })
      return revision === 1
    },

    async delete(name) {
      const { count } = await roles.deleteMany({ where: { name } })
      return count > 0
    },
  }
}

function roleOf({ name, definition }: RoleModel): Role {
  return { ...(objectOut(definition) as unknown as Omit<Role, 'name'>), name }
}
