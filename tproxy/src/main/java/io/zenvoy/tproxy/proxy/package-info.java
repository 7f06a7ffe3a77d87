/**
 * The connections: a listener accepts them on their slots, a parking lot per cluster holds them
 * unread while their cluster has no endpoint, a dial finds them one, a relay carries their bytes; a
 * farewell tells those who can't be served why. The only package that knows Netty, whose event
 * loops it gives descriptors of its own: its channels can't half-close.
 */
@NullMarked
package io.zenvoy.tproxy.proxy;

import org.jspecify.annotations.NullMarked;
