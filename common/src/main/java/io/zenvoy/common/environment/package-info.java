/**
 * Settings read from environment variables: typed, checked, and described, so that a wrong one is
 * reported with its key, its value and what was expected.
 */
@NullMarked
package io.zenvoy.common.environment;

import org.jspecify.annotations.NullMarked;
