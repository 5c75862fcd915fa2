export const later = 'a layer that comes after graph';
