/** Has items read when there is room for them in memory, and gives them. It rejects where there is none. */
export type Read = <Item>(items: () => Promise<Item[]>) => Promise<Item[]>
