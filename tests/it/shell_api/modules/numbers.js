let calls = 0;
export const twice = (n) => n * 2;
export function count() {
    return ++calls;
}
