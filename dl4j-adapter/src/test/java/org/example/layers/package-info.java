/** What a user of Halfspace writes for a layer of his own: the code of docs/extending.md, and wrong forms of it. */
package org.example.layers;
