/** As in vite/client, whose other types are not those of the tests. */
declare module "*?worker&url" {
  const url: string;
  export default url;
}
