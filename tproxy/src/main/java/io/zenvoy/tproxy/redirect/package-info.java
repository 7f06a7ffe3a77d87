/**
 * Brings connections to slots to the daemon's one listener, by a rule of the kernel or by none at
 * all. Nothing here touches a connection itself.
 */
@NullMarked
package io.zenvoy.tproxy.redirect;

import org.jspecify.annotations.NullMarked;
