import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql'

/** Whether one of these fields is selected below a field. */
export function selects({ fieldNodes, fragments }: GraphQLResolveInfo, names: readonly string[]): boolean {
  const seen = new Set<string>()
  return fieldNodes.some(({ selectionSet }) => selectionSet !== undefined && isSelected(selectionSet))

  function isSelected({ selections }: SelectionSetNode): boolean {
    return selections.some((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return isSelectedIn(selection.name.value)
      if (selection.kind === Kind.FIELD && names.includes(selection.name.value)) return true
      return selection.selectionSet !== undefined && isSelected(selection.selectionSet)
    })
  }

  function isSelectedIn(fragment: string): boolean {
    const isNew = !seen.has(fragment)
    seen.add(fragment)
    const selectionSet = fragments[fragment]?.selectionSet
    return isNew && selectionSet !== undefined && isSelected(selectionSet)
  }
}
