// Styles are bundled; a script that imports one gets nothing from it.
declare module '*.css';
