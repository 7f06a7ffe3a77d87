package io.zenvoy.xds.model;

/**
 * Why a wake failed for good: the daemons fail what they have parked.
 *
 * @param id another verdict has another id
 * @param reason one line for people
 */
public record Verdict(String id, String reason) {}
